import { later } from "../../lib/later";

/** The checkout, in a file of its own so that the menu opens sooner. */
export const ordering = later(() => import("./ordering"));
