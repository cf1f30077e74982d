import type { components } from "@yizhimai/api";

/** Names of what travels of benefits, as the gateway's OpenAPI document says it. */
type S = components["schemas"];

/** Codes, coupons and points of a cart as they are sent, with the kind of payment that is chosen. */
export type EnteredBody = S["Entered"];
/** The same as the customer enters them; the kind of payment is chosen elsewhere. */
export type Entered = Omit<EnteredBody, "payment_kind">;
export type Benefits = S["Benefits"];
export type DiscountTotal = S["DiscountTotal"];
export type Gift = S["Gift"];
export type EnteredOutcome = S["EnteredOutcome"];
export type RejectedRule = S["RejectedRule"];
export type PointsOutcome = S["PointsOutcome"];
export type Offer = S["Offer"];
export type UsableCoupon = S["UsableCoupon"];
/** What is explained in a sentence: an adjustment of a line, or a discount of the whole order. */
export type Explained = Pick<S["Adjustment"], "name" | "amount" | "kind" | "params">;
