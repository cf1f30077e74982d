import { createTranslator } from "@yizhimai/kit";
import { describe, expect, it } from "vitest";

import { me, order } from "../../../mock/fixtures";
import { canRefund, limitText, selectionOf } from "./refund";

describe("selectionOf", () => {
  const nothing = { units: {}, amount: null };

  it("sends what is chosen of the kind that is shown, and nothing else", () => {
    expect(selectionOf({ ...nothing, kind: "whole", amount: 27 })).toEqual({ whole: true });
    expect(selectionOf({ kind: "units", units: { a: 2, b: 0 }, amount: 27 })).toEqual({ units: [{ line_id: "a", quantity: 2 }] });
    expect(selectionOf({ ...nothing, kind: "amount", amount: 27 })).toEqual({ amount: 27 });
  });

  it("is nothing while nothing is chosen", () => {
    expect(selectionOf({ ...nothing, kind: "units", units: { a: 0 } })).toBeUndefined();
    expect(selectionOf({ ...nothing, kind: "amount" })).toBeUndefined();
    expect(selectionOf({ ...nothing, kind: "amount", amount: 0 })).toBeUndefined();
  });
});

describe("canRefund", () => {
  it("offers a refund of our own money to those who were granted it", () => {
    expect(canRefund(order({ paid: 55 }), me())).toEqual({ ok: true });
    expect(canRefund(order({ paid: 55 }), me({ actions: [] }))?.ok).toBe(false);
    expect(canRefund(order({ paid: 0 }), me())).toBeUndefined();
    expect(canRefund(order({ paid: 55, payment_method: "platform" }), me())).toBeUndefined();
    expect(canRefund(order({ paid: 55, state: "pending_payment" }), me())).toBeUndefined();
  });
});

describe("limitText", () => {
  const t = createTranslator("zh-TW");
  const text = (amount: number, limit_each: number | null, limit_left_today: number | null) =>
    limitText({ amount, online: amount, on_site: 0, left: 9_999, limit_each, limit_left_today, points: 0 }, t, String);

  it("says which limit is in the way", () => {
    expect(text(3_001, 3_000, 9_000)).toContain("一次最多可以退 3000");
    expect(text(3_000, 3_000, 500)).toContain("今天還可以退 500");
    expect(text(1, 3_000, 0)).toContain("今天還可以退 0");
    expect(text(3_000, 3_000, 3_000)).toBeUndefined();
    expect(text(9_999, null, null)).toBeUndefined();
  });
});
