import { later } from "../../lib/later";

/** The menu's sheets, in a file of their own that is loaded as soon as the menu is shown. */
export const sheets = later(() => import("./sheets"));
