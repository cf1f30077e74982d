import { expect, it } from "vitest";

import { couponKindOf } from "../rules/rule";
import { daysFromIssue, faultsBeside, inputOf, newTemplate } from "./template";

const draft = { ...newTemplate("brand"), internal_name: "生日券" };

it("begins as 折抵 NT$50, valid for thirty days", () => {
  expect(couponKindOf(draft.rule)).toBe("amount_off");
  expect(draft.rule.effect.order?.thresholds).toEqual([{ at: 0, off: { percent_bp: null, amount: 50, price: null } }]);
  expect(faultsBeside(draft)).toEqual([]);
});

it("sends no period of the rule: coupons have their own", () => {
  const rule = { ...draft.rule, name: " 生日券 ", conditions: { ...draft.rule.conditions, starts_at: "2026-12-01T00:00:00Z" } };
  expect(inputOf({ ...draft, rule }).rule).toMatchObject({ name: "生日券", conditions: { starts_at: null, brand_ids: ["brand"] } });
});

it("says what is wrong before it is sent", () => {
  const fixed = { ...daysFromIssue, days: null };
  expect(faultsBeside({ ...draft, internal_name: " ", validity: fixed, picture_url: "http://x" })).toEqual(["internal_name", "validity", "picture_url"]);
  expect(faultsBeside({ ...draft, validity: { ...fixed, starts_at: "2026-12-02T00:00:00Z", ends_at: "2026-12-01T00:00:00Z" } })).toEqual(["validity"]);
  expect(faultsBeside({ ...draft, validity: { ...fixed, starts_at: "2026-12-01T00:00:00Z", ends_at: "2026-12-31T15:59:59Z" }, picture_url: "https://example.com/a.webp" })).toEqual([]);
});
