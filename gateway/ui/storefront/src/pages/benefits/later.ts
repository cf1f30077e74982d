import { later } from "../../lib/later";

/** Discounts and what is entered for them, in a file of its own: the menu is read before anything is priced. */
export const benefits = later(() => import("./part"));
