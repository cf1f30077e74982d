import type { Entered, EnteredBody } from "../api/benefits";

export const nothingEntered: Entered = { codes: [], coupons: [], points: 0, insisted: [], insists_on_points: false, declined_gifts: [] };

/** What is entered, without what is empty; undefined where nothing is. */
export function enteredBody({ entered, payment_kind }: { entered?: Entered; payment_kind?: string }): EnteredBody | undefined {
  const given = Object.entries({ ...entered, payment_kind }).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : Boolean(value)));
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}
