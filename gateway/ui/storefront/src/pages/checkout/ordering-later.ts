import { later } from "../../lib/later";

/** The checkout and the choice of how and when, in a file of their own so that the menu opens sooner. */
export const ordering = later(() => import("./ordering"));
