import type { Entered, EnteredBody } from "../api/benefits";

export const nothingEntered: Entered = { codes: [], coupons: [], points: 0, insisted: [], insists_on_points: false, declined_gifts: [] };

/** What is entered; undefined where nothing is. */
export function enteredBody({ entered = nothingEntered, payment_kind = "" }: { entered?: Entered; payment_kind?: string }): EnteredBody | undefined {
  const body = { ...entered, payment_kind };
  const isGiven = Object.values(body).some((value) => (Array.isArray(value) ? value.length > 0 : Boolean(value)));
  return isGiven ? body : undefined;
}
