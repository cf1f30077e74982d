import { describe, expect, it } from "vitest";

import { amountOff, bpOfFold, everything, faultsOf, foldOf, newRule, noConditions, noEffect, ofCouponKind, ofType, percentOff, ruleTypes, typeOf, couponKindOf, couponKinds, whole } from "./rule";

const named = { ...newRule("promotion"), name: "午後茶" };

describe("the type of a rule", () => {
  it.each(ruleTypes)("%s is kept when chosen", (type) => {
    expect(typeOf(ofType(named, type))).toBe(type);
  });

  it.each(couponKinds)("the kind of coupon %s is kept when chosen", (kind) => {
    expect(couponKindOf(ofCouponKind({ ...named, benefit_class: "coupon" }, kind))).toBe(kind);
  });

  it("keeps what both types have and drops what the new one has not", () => {
    const before = { ...named, target: { ...everything, product_ids: ["tea"] }, conditions: { ...noConditions, weekdays: [1], min_spend: 200 }, limits: { ...named.limits, max_discount: 50, total: 10 } };
    const after = ofType({ ...before, effect: { ...noEffect, item: { off: percentOff(1_000) } } }, "points");
    expect(after.target.product_ids).toEqual(["tea"]);
    expect(after.conditions).toMatchObject({ weekdays: [1], min_spend: 200 });
    expect(after.limits).toMatchObject({ max_discount: null, total: 10 });
    expect(ofType(after, "first_order").conditions).toMatchObject({ min_spend: 0, audience: { first_order: true } });
  });
});

describe("what is wrong with a rule before it is sent", () => {
  it("is nothing for one that is complete", () => {
    expect(faultsOf(named)).toEqual([]);
  });

  it("is a gift without a threshold, of a promotion or every time", () => {
    const gift = { product_id: "cake", variant_id: "cake", quantity: 1, repeats: false };
    const gives = { ...named, effect: { ...noEffect, gift } };
    expect(faultsOf(gives)).toEqual(["conditions.min_spend"]);
    expect(faultsOf({ ...gives, conditions: { ...noConditions, min_units: 2 } })).toEqual([]);
    const coupon = { ...gives, benefit_class: "coupon" as const };
    expect(faultsOf(coupon)).toEqual([]);
    expect(faultsOf({ ...coupon, effect: { ...noEffect, gift: { ...gift, repeats: true } } })).toEqual(["conditions.min_spend"]);
  });

  it("is named at its field", () => {
    expect(faultsOf({ ...named, name: " " })).toEqual(["name"]);
    expect(faultsOf({ ...named, conditions: { ...noConditions, starts_at: "2026-12-02T00:00:00Z", ends_at: "2026-12-01T00:00:00Z" } })).toEqual(["conditions.ends_at"]);
    const thresholds = [{ at: 500, off: amountOff(50) }, { at: 300, off: amountOff(30) }];
    expect(faultsOf({ ...named, effect: { ...noEffect, order: { measure: "spend", thresholds, repeats: false } } })).toEqual(["effect.order.thresholds[1].at"]);
    expect(faultsOf(ofType(named, "bundle"))).toEqual(["effect.bundle.slots[0].target", "effect.bundle.slots[1].target"]);
    expect(faultsOf(ofType(named, "gift"))).toEqual(["effect.gift.variant_id"]);
    expect(faultsOf(ofType(named, "add_on"))).toEqual(["effect.add_on.items"]);
    expect(faultsOf({ ...named, exclusivity: "group" })).toEqual(["exclusive_group"]);
  });
});

it("fills in what the API left out of a stored rule", () => {
  const stored = whole({ ...named, conditions: null, target: null, limits: null });
  expect(stored.conditions.audience.kind).toBe("everyone");
  expect(stored.target.product_ids).toEqual([]);
  expect(stored.limits.budget).toBeNull();
});

it.each([
  [9, 1_000, 9],
  [90, 1_000, 9],
  [85, 1_500, 85],
  [5, 5_000, 5],
  [0.5, 9_500, 0.5],
])("打 %d 折 is %i basis points off", (fold, bp, shown) => {
  expect(bpOfFold(fold)).toBe(bp);
  expect(foldOf(bp)).toBe(shown);
});
