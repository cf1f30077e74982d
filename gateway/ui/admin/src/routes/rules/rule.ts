import type { BenefitEffect, BenefitRule, PriceCut, ProductTarget, RuleAudience, RuleConditions, RuleLimits } from "../../data/benefit-types";

/** Conditions as the editor holds them: every part is there. */
export interface Conditions extends RuleConditions {
  audience: RuleAudience;
}

/** A rule as the editor holds it: what the API may leave out has its value for none. */
export interface Rule extends BenefitRule {
  conditions: Conditions;
  target: ProductTarget;
  limits: RuleLimits;
}

/** The types of F19 in the order in which a shop owner looks for them. */
export const ruleTypes = [
  "spend_discount",
  "item_discount",
  "item_price",
  "nth_unit",
  "any_n",
  "buy_get",
  "bundle",
  "unit_discount",
  "gift",
  "add_on",
  "delivery",
  "first_order",
  "points",
] as const;
export type RuleType = (typeof ruleTypes)[number];

/** Types that codes may have: item, order, delivery and gift. */
export const codeTypes = ["spend_discount", "item_discount", "item_price", "unit_discount", "gift", "delivery", "first_order"] as const satisfies readonly RuleType[];

/** Kinds of coupons, each a type with the numbers it usually begins with. */
export const couponKinds = ["amount_off", "percent_off", "exchange", "add_on", "free_delivery", "gift"] as const;
export type CouponKind = (typeof couponKinds)[number];

export const MOST_UNITS = 99;
export const MOST_THRESHOLDS = 10;
export const MOST_SLOTS = 8;
export const MOST_HOURS = 6;
export const MOST_OFFERED = 20;
export const MOST_AMOUNT = 9_999_999;
export const WHOLE_BP = 10_000;

export const everything: ProductTarget = { product_ids: [], variant_ids: [], category_ids: [], excluded_product_ids: [], excluded_category_ids: [] };
export const everyone: RuleAudience = { kind: "everyone", tier_ids: [], tag_ids: [], first_order: false, birth_month: false };
export const noConditions: Conditions = {
  starts_at: null, ends_at: null, brand_ids: [], branch_ids: [], methods: [], channels: [], payment_kinds: [], weekdays: [], hours: [],
  time_basis: "placed", audience: everyone, min_spend: 0, min_units: 0, counts_excluded: false, counts_fees: false,
};
export const noLimits: RuleLimits = { per_order: null, max_discount: null, total: null, per_member: null, per_member_day: null, budget: null, per_day: null };
export const noEffect: BenefitEffect = {
  item: null, nth_unit: null, any_n: null, buy_get: null, bundle: null, order: null, gift: null, add_on: null, delivery: null, points: null,
};

const noCut: PriceCut = { percent_bp: null, amount: null, price: null };

/** Basis points off. */
export const percentOff = (percent_bp: number): PriceCut => ({ ...noCut, percent_bp });
/** Minor units off. */
export const amountOff = (amount: number): PriceCut => ({ ...noCut, amount });
/** All beyond a price. */
export const atPrice = (price: number): PriceCut => ({ ...noCut, price });

/** Basis points off as the 折 that shops say: 1,000 are 9, 1,500 are 85. */
export function foldOf(percentBp: number): number {
  const paid = (WHOLE_BP - percentBp) / 100;
  return paid % 10 === 0 || paid < 10 ? paid / 10 : paid;
}

/** Basis points off of a 折; a single digit d is d0. */
export function bpOfFold(fold: number): number {
  return WHOLE_BP - Math.round((fold < 10 ? fold * 10 : fold) * 100);
}

/** Ways in which something costs less. */
export type CutKind = "percent" | "amount" | "price";

export function cutKind({ percent_bp, price }: PriceCut): CutKind {
  if (isGiven(price)) return "price";
  return isGiven(percent_bp) ? "percent" : "amount";
}

/** The API leaves out what is not set, or says null. */
export function isGiven<V>(value: V | null | undefined): value is V {
  return value !== null && value !== undefined;
}

export function isEverything({ product_ids, variant_ids, category_ids }: ProductTarget): boolean {
  return product_ids.length + variant_ids.length + category_ids.length === 0;
}

/** Which of the types a rule is of. */
export function typeOf({ effect, conditions }: Pick<BenefitRule, "effect" | "conditions">): RuleType {
  const { item, order } = effect;
  if (item) return cutKind(item.off) === "price" ? "item_price" : "item_discount";
  if (order) {
    if (conditions?.audience?.first_order) return "first_order";
    return order.measure === "units" ? "unit_discount" : "spend_discount";
  }
  const others = ["nth_unit", "any_n", "buy_get", "bundle", "gift", "add_on", "delivery"] as const;
  return others.find((one) => isGiven(effect[one])) ?? "points";
}

/** Which kind of coupon a rule makes. */
export function couponKindOf({ effect }: Pick<BenefitRule, "effect">): CouponKind {
  if (effect.item) return "exchange";
  if (effect.add_on) return "add_on";
  if (effect.delivery) return "free_delivery";
  if (effect.gift) return "gift";
  const [first] = effect.order?.thresholds ?? [];
  return first && cutKind(first.off) === "percent" ? "percent_off" : "amount_off";
}

/** The effect that a type begins with: numbers that shops use, to be changed. */
function firstEffect(type: RuleType): BenefitEffect {
  const order = (measure: "spend" | "units", at: number, off: PriceCut): BenefitEffect => ({ ...noEffect, order: { measure, thresholds: [{ at, off }], repeats: false } });
  switch (type) {
    case "item_discount":
      return { ...noEffect, item: { off: percentOff(1_000) } };
    case "item_price":
      return { ...noEffect, item: { off: atPrice(25) } };
    case "nth_unit":
      return { ...noEffect, nth_unit: { n: 2, off: percentOff(5_000), most_expensive: false } };
    case "any_n":
      return { ...noEffect, any_n: { n: 3, price: 99, percent_bp: null } };
    case "buy_get":
      return { ...noEffect, buy_get: { buy: 2, get: 1, get_from: null, off: percentOff(WHOLE_BP), most_expensive: false } };
    case "bundle":
      return { ...noEffect, bundle: { slots: [{ target: everything, units: 1 }, { target: everything, units: 1 }], price: 99 } };
    case "spend_discount":
      return order("spend", 300, amountOff(50));
    case "unit_discount":
      return order("units", 3, percentOff(1_000));
    case "first_order":
      return order("spend", 0, amountOff(50));
    case "gift":
      return { ...noEffect, gift: { product_id: "", variant_id: "", quantity: 1, repeats: false } };
    case "add_on":
      return { ...noEffect, add_on: { items: [] } };
    case "delivery":
      return { ...noEffect, delivery: { off: percentOff(WHOLE_BP) } };
    case "points":
      return { ...noEffect, points: { factor_bp: 2 * WHOLE_BP, adds: false } };
  }
}

/** Types whose condition is a least amount or count, kept apart from what they do. */
export function hasMinimum(type: RuleType): boolean {
  return !["spend_discount", "unit_discount", "first_order"].includes(type);
}

/** 滿額贈, 滿件贈: a promotion gives gifts from a least amount or count on, and so does what gives one every time. */
function needsMinimum({ benefit_class, effect: { gift } }: Pick<BenefitRule, "benefit_class" | "effect">): boolean {
  return Boolean(gift) && (benefit_class === "promotion" || gift?.repeats === true);
}

/** Types that take units, each at most so often in an order. */
export function hasPerOrder({ effect }: Pick<BenefitRule, "effect">): boolean {
  return Boolean(effect.item ?? effect.nth_unit ?? effect.any_n ?? effect.buy_get ?? effect.bundle) || Boolean(effect.gift?.repeats ?? effect.order?.repeats);
}

/** Types that take an amount off, which may have a limit. */
export function hasMaxDiscount(type: RuleType): boolean {
  return !["gift", "add_on", "points"].includes(type);
}

/** Types for which products are chosen: what costs less, or what counts. */
export function hasTarget(type: RuleType): boolean {
  return type !== "bundle";
}

/** A rule of another type: what both have in common is kept. */
export function ofType(rule: Rule, type: RuleType): Rule {
  if (typeOf(rule) === type) return rule;
  const audience = { ...rule.conditions.audience, first_order: type === "first_order" };
  const keepsMinimum = hasMinimum(type);
  const min_spend = keepsMinimum ? rule.conditions.min_spend : 0;
  const min_units = keepsMinimum ? rule.conditions.min_units : 0;
  const measured = min_spend > 0 || min_units > 0;
  const effect = firstEffect(type);
  const next = {
    ...rule,
    effect,
    target: hasTarget(type) ? rule.target : everything,
    conditions: { ...rule.conditions, audience, min_spend: needsMinimum({ ...rule, effect }) && !measured ? 300 : min_spend, min_units },
  };
  return { ...next, limits: { ...rule.limits, per_order: hasPerOrder(next) ? rule.limits.per_order : null, max_discount: hasMaxDiscount(type) ? rule.limits.max_discount : null } };
}

/** A rule with the kind of a coupon. */
export function ofCouponKind(rule: Rule, kind: CouponKind): Rule {
  if (couponKindOf(rule) === kind) return rule;
  const base = ofType(rule, { amount_off: "spend_discount", percent_off: "spend_discount", exchange: "item_discount", add_on: "add_on", free_delivery: "delivery", gift: "gift" }[kind] as RuleType);
  const order = (off: PriceCut): BenefitEffect => ({ ...noEffect, order: { measure: "spend", thresholds: [{ at: 0, off }], repeats: false } });
  if (kind === "amount_off") return { ...base, effect: order(amountOff(50)) };
  if (kind === "percent_off") return { ...base, effect: order(percentOff(1_000)) };
  if (kind === "exchange") return { ...base, effect: { ...noEffect, item: { off: percentOff(WHOLE_BP) } }, limits: { ...base.limits, per_order: 1 } };
  return base;
}

/** A rule as it begins. */
export function newRule(benefit_class: BenefitRule["benefit_class"], effect: BenefitEffect = firstEffect("spend_discount")): Rule {
  return {
    rule_id: "", version: 0, name: "", benefit_class, priority: null, exclusivity: "none", exclusive_group: "", not_beside: [],
    conditions: noConditions, target: everything, with_extras: false, limits: noLimits, effect,
  };
}

/** A stored rule as the editor holds it. */
export function whole(rule: BenefitRule): Rule {
  const conditions = { ...noConditions, ...rule.conditions };
  return {
    ...rule,
    conditions: { ...conditions, audience: { ...everyone, ...conditions.audience } },
    target: { ...everything, ...rule.target },
    limits: { ...noLimits, ...rule.limits },
    effect: { ...noEffect, ...rule.effect },
  };
}

/** Places in a rule that are wrong before it is sent, as the gateway names them. */
export function faultsOf(rule: Rule): string[] {
  const faults: string[] = [];
  const { effect, conditions } = rule;
  if (rule.name.trim() === "") faults.push("name");
  const { starts_at, ends_at } = conditions;
  if (starts_at && ends_at && Date.parse(ends_at) < Date.parse(starts_at)) faults.push("conditions.ends_at");
  conditions.hours.forEach(({ from_minute, to_minute }, index) => {
    if (from_minute === to_minute) faults.push(`conditions.hours[${String(index)}]`);
  });
  effect.bundle?.slots.forEach(({ target }, index) => {
    if (isEverything(target)) faults.push(`effect.bundle.slots[${String(index)}].target`);
  });
  const thresholds = effect.order?.thresholds ?? [];
  thresholds.forEach(({ at }, index) => {
    if (index > 0 && at <= (thresholds[index - 1]?.at ?? 0)) faults.push(`effect.order.thresholds[${String(index)}].at`);
  });
  if (effect.order?.repeats && (thresholds[0]?.at ?? 0) <= 0) faults.push("effect.order.thresholds[0].at");
  if (effect.gift?.variant_id === "") faults.push("effect.gift.variant_id");
  if (needsMinimum(rule) && conditions.min_spend <= 0 && conditions.min_units <= 0) faults.push("conditions.min_spend");
  if (effect.add_on?.items.length === 0) faults.push("effect.add_on.items");
  if (rule.exclusivity === "group" && rule.exclusive_group.trim() === "") faults.push("exclusive_group");
  return faults;
}
