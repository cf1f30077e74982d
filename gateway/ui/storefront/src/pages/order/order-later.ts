import { later } from "../../lib/later";

/** The status page of an order, in a file of its own: nobody needs it before something was ordered. */
export const orderStatus = later(() => import("./page"));
