import { describe, expect, it } from "vitest";
import type { Benefits, DiscountTotal } from "../api/benefits";
import { dependsOnPayment, discountDifferences, insisting, mostPoints, nearestPoints, ofGuest, withCode, withCoupon, withGift, withPoints, without, withinReach } from "./benefits";
import { enteredBody, nothingEntered } from "./entered";

describe("what is entered", () => {
  it("takes a code once, in whatever case and width it is typed", () => {
    const once = withCode(nothingEntered, " summer50 ");
    expect(withCode(once, "ＳＵＭＭＥＲ50")).toEqual(once);
    expect(once.codes).toEqual(["summer50"]);
  });

  it("takes three codes at most, and no empty one", () => {
    const full = ["a", "b", "c", "d"].reduce(withCode, nothingEntered);
    expect(full.codes).toEqual(["a", "b", "c"]);
    expect(withCode(nothingEntered, "  ")).toBe(nothingEntered);
  });

  it("forgets that a coupon was insisted on when it is removed", () => {
    const coupon = { kind: "coupon", entered: "c1" } as const;
    const entered = insisting(withCoupon(nothingEntered, "c1"), coupon);
    expect(entered).toMatchObject({ coupons: ["c1"], insisted: ["c1"] });
    expect(without(entered, coupon)).toEqual(nothingEntered);
  });

  it("asks again about other points", () => {
    const entered = insisting(withPoints(nothingEntered, 100), { kind: "points", entered: "" });
    expect(withPoints(entered, 200)).toMatchObject({ points: 200, insists_on_points: false });
  });

  it("leaves codes to a guest, and takes points and coupons away", () => {
    const entered = withGift(withPoints(withCoupon(withCode(nothingEntered, "A"), "c1"), 50), "rule", false);
    expect(ofGuest(entered)).toEqual({ ...nothingEntered, codes: ["A"], declined_gifts: ["rule"] });
  });

  it("is sent as a whole, and not at all when there is nothing", () => {
    expect(enteredBody({ entered: withCode(nothingEntered, "A"), payment_kind: "line_pay" })).toEqual({ ...nothingEntered, codes: ["A"], payment_kind: "line_pay" });
    expect(enteredBody({ entered: nothingEntered })).toBeUndefined();
  });
});

describe("points", () => {
  const rule = { balance: 237, worth_of_100: 100, min_points: 30, step: 10 };

  it.each([
    ["the balance in whole steps", 500, 230],
    ["what pays for the order", 84, 90],
    ["none where the order takes fewer than the fewest", 15, 0],
  ])("offers %s", (_, total, most) => {
    expect(mostPoints(rule, total)).toBe(most);
  });

  it("offers none without a balance or where points cannot be used", () => {
    expect(mostPoints({ ...rule, balance: null }, 500)).toBe(0);
    expect(mostPoints({ ...rule, worth_of_100: 0 }, 500)).toBe(0);
  });

  it.each([[4, 0], [16, 30], [33, 30], [36, 40], [999, 230]])("%i become %i", (wanted, points) => {
    expect(nearestPoints(wanted, rule, 230)).toBe(points);
  });
});

it("lists offers within reach, the nearest first", () => {
  const rule = (name: string, reason: string, gap?: string) => ({ rule_id: name, rule_version: 1, name, reason, params: gap ? { gap } : ({} as Record<string, string>) });
  const rules = [rule("far", "MIN_SPEND", "300"), rule("units", "MIN_QUANTITY", "1"), rule("other", "LOST_TO_BETTER"), rule("near", "MIN_SPEND", "30")];
  expect(withinReach(rules).map(({ name }) => name)).toEqual(["near", "far", "units"]);
});

it("compares discounts rule by rule", () => {
  const discount = (rule_id: string, amount: number): DiscountTotal => ({ stage: "C", rule_id, rule_version: 1, name: rule_id, amount, kind: "order_amount", params: {} });
  const benefits = (...discounts: DiscountTotal[]): Benefits => ({ discounts, gifts: [], entered: [], not_applied: [], points: null });
  const differences = discountDifferences(benefits(discount("gone", -10), discount("kept", -5), discount("less", -20)), benefits(discount("kept", -5), discount("less", -8), discount("new", -1)));
  expect(differences.map(({ name, from, to }) => [name, from, to])).toEqual([["gone", "-10", undefined], ["less", "-20", "-8"], ["new", undefined, "-1"]]);
  expect(discountDifferences(null, undefined)).toEqual([]);
});

it("depends on how it is paid only where a rule asks for that", () => {
  const rejected = (reason: string) => ({ not_applied: [{ rule_id: "r", name: "刷卡折 10", reason, params: {} }], entered: [] }) as unknown as Benefits;
  expect(dependsOnPayment(rejected("NOT_THIS_PAYMENT"))).toBe(true);
  expect(dependsOnPayment(rejected("MIN_SPEND"))).toBe(false);
  expect(dependsOnPayment(undefined)).toBe(false);
});
