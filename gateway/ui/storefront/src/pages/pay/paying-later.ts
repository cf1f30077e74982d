import { later } from "../../lib/later";

/** Paying an order, in a file of its own: only orders that are paid online need it. */
export const paying = later(() => import("./panel"));
