import { later } from "../../lib/later";

/** Signing in and the member's page, each in a file of its own: guests need neither. */
export const signingIn = later(() => import("./sign-in-sheet"));
export const memberPage = later(() => import("./page"));
