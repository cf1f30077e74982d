import { later } from "../../lib/later";

/** The page of an order, in a file of its own: it is not needed before the first order. */
export const orderStatus = later(() => import("./page"));
