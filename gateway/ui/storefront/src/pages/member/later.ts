import { later } from "../../lib/later";

/** Signing in, the member's page and a coupon that is passed on, each in a file of its own: guests who order need none. */
export const signingIn = later(() => import("./sign-in-sheet"));
export const couponPage = later(() => import("../coupon/page"));
export const memberPage = later(() => import("./page"));
