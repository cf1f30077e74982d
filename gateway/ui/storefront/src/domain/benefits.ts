import type { Benefits, DiscountTotal, Entered, EnteredOutcome, Explained, PointsOutcome, RejectedRule } from "../api/benefits";
import type { QuoteDifference } from "./changes";
import { nothingEntered } from "./entered";

/** Most codes that can be entered; a branch may take fewer, and says so at the code. */
export const MAX_CODES = 3;

const same = (one: string, other: string) => one.normalize("NFKC").toUpperCase() === other.normalize("NFKC").toUpperCase();

/** With a code as typed; one that is there already is not entered twice. */
export function withCode(entered: Entered = nothingEntered, typed: string): Entered {
  const code = typed.normalize("NFKC").trim();
  if (code === "" || entered.codes.length >= MAX_CODES || entered.codes.some((other) => same(other, code))) return entered;
  return { ...entered, codes: [...entered.codes, code] };
}

export function withCoupon(entered: Entered = nothingEntered, couponId: string): Entered {
  return entered.coupons.includes(couponId) ? entered : { ...entered, coupons: [...entered.coupons, couponId] };
}

/** Other points than before are another decision. */
export function withPoints(entered: Entered = nothingEntered, points: number): Entered {
  return { ...entered, points, insists_on_points: false };
}

/** Without a code, a coupon or the points. */
export function without(entered: Entered = nothingEntered, { kind, entered: what }: Pick<EnteredOutcome, "kind" | "entered">): Entered {
  if (kind === "points") return withPoints(entered, 0);
  const others = (list: string[]) => list.filter((each) => each !== what);
  return { ...entered, codes: others(entered.codes), coupons: others(entered.coupons), insisted: others(entered.insisted) };
}

/** Used although the order costs more with it. */
export function insisting(entered: Entered = nothingEntered, { kind, entered: what }: Pick<EnteredOutcome, "kind" | "entered">): Entered {
  if (kind === "points") return { ...entered, insists_on_points: true };
  return entered.insisted.includes(what) ? entered : { ...entered, insisted: [...entered.insisted, what] };
}

export function withGift(entered: Entered = nothingEntered, ruleId: string, isWanted: boolean): Entered {
  const others = entered.declined_gifts.filter((declined) => declined !== ruleId);
  return { ...entered, declined_gifts: isWanted ? others : [...others, ruleId] };
}

/** What is left for a guest once a member has signed out. */
export function ofGuest({ codes, declined_gifts }: Entered = nothingEntered): Entered {
  return { ...nothingEntered, codes, declined_gifts };
}

type PointsRule = Pick<PointsOutcome, "balance" | "worth_of_100" | "min_points" | "step">;

/** Most points that make sense on an order that costs so much before them: the balance, and no more than pay for it. */
export function mostPoints({ balance, worth_of_100, min_points, step }: PointsRule, totalBefore: number): number {
  if (!balance || worth_of_100 <= 0) return 0;
  const each = Math.max(1, step);
  const enough = Math.ceil((totalBefore * 100) / worth_of_100 / each) * each;
  const most = Math.min(Math.floor(balance / each) * each, enough);
  return most < min_points ? 0 : most;
}

/** The nearest number of points that may be used: none, or at least the fewest, in steps. */
export function nearestPoints(wanted: number, { min_points, step }: Pick<PointsRule, "min_points" | "step">, most: number): number {
  const each = Math.max(1, step);
  const fewest = Math.ceil(Math.max(min_points, each) / each) * each;
  const near = Math.min(Math.round(wanted / each) * each, most);
  if (near >= fewest) return near;
  return near * 2 >= fewest && fewest <= most ? fewest : 0;
}

/** What was entered and does nothing. */
export function unusedIn(benefits: Pick<Benefits, "entered"> | null | undefined): EnteredOutcome[] {
  return (benefits?.entered ?? []).filter(({ used }) => !used);
}

/** Rules that would act if a little more were bought, the nearest first. */
export function withinReach(rules: readonly RejectedRule[]): RejectedRule[] {
  const gap = ({ params }: RejectedRule) => Number(params.gap);
  const kinds = ["MIN_SPEND", "MIN_QUANTITY"];
  return rules.filter((rule) => kinds.includes(rule.reason) && gap(rule) > 0).sort((a, b) => kinds.indexOf(a.reason) - kinds.indexOf(b.reason) || gap(a) - gap(b));
}

/** The explanation without the amount, which stands beside it. */
export function apartFromAmount({ kind, params }: Pick<Explained, "kind" | "params">): Pick<Explained, "kind" | "params"> {
  const { off: _, ...rest } = params;
  return { kind, params: rest };
}

const keyOf = ({ rule_id, stage }: DiscountTotal) => `${stage} ${rule_id}`;

/** Discounts that differ between the quote that was shown and the present one. */
export function discountDifferences(before: Benefits | null | undefined, after: Benefits | null | undefined): QuoteDifference[] {
  const was = new Map((before?.discounts ?? []).map((discount) => [keyOf(discount), discount]));
  const now = new Map((after?.discounts ?? []).map((discount) => [keyOf(discount), discount]));
  return [...new Set([...was.keys(), ...now.keys()])].flatMap((key) => {
    const [old, fresh] = [was.get(key), now.get(key)];
    if (old?.amount === fresh?.amount) return [];
    const amount = (discount: DiscountTotal | undefined) => (discount ? String(discount.amount) : undefined);
    return [{ field: `discounts[${key}]`, kind: "line" as const, name: (fresh ?? old)?.name, from: amount(old), to: amount(fresh) }];
  });
}

/** Whether a rule would act with another payment method, or with one at all. */
export function dependsOnPayment(benefits: Benefits | null | undefined): boolean {
  return [...(benefits?.not_applied ?? []), ...(benefits?.entered ?? [])].some(({ reason }) => reason === "NOT_THIS_PAYMENT");
}
