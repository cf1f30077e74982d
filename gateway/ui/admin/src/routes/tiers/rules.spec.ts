import { describe, expect, it } from "vitest";

import type { TierProgramme } from "../../data/types";
import { draftOf, firstNotRising, leftOut, newHours, nextTier, rulesOf } from "./rules";

const names = { base: "一般", first: "銀卡" };
const fresh = draftOf(undefined, undefined, "organisation", names);

describe("tiers as they are edited", () => {
  it("begin with a base tier that everybody has and one to reach", () => {
    const { tiers } = rulesOf(fresh);
    expect(tiers.map((tier) => tier.name)).toEqual(["一般", "銀卡"]);
    expect(tiers[0]).toMatchObject({ upgrade: null, validity_days: 0, grace_days: 0 });
    expect(tiers[1]).toMatchObject({ upgrade: { spend: 3_000, all: false }, validity_days: 365, renewal: null });
    expect(tiers[0]).not.toHaveProperty("tier_id");
  });

  it("send renewal of their own only where the tier ends", () => {
    const [first, second] = fresh.rules.tiers;
    if (!first || !second) throw new Error("two tiers");
    const own = { ...second, own_renewal: true, renewal: { all: false, spend: 1_000, orders: 0, single_order: 0, points_earned: 0 } };
    expect(rulesOf({ rules: { ...fresh.rules, tiers: [first, own] } }).tiers[1]?.renewal?.spend).toBe(1_000);
    expect(rulesOf({ rules: { ...fresh.rules, tiers: [first, { ...own, for_ever: true }] } }).tiers[1]).toMatchObject({ renewal: null, validity_days: 0 });
  });

  it("keep what is for their members alone, and leave out what names nothing", () => {
    const [first, second] = fresh.rules.tiers;
    if (!first || !second) throw new Error("two tiers");
    const benefits = { ...second.benefits, exclusive_products: { ...second.benefits.exclusive_products, category_ids: ["cakes"] }, exclusive_hours: [newHours] };
    const [plain, own] = rulesOf({ rules: { ...fresh.rules, tiers: [first, { ...second, benefits }] } }).tiers;
    expect(plain?.benefits).toMatchObject({ target: null, exclusive_products: null, exclusive_hours: [] });
    expect(own?.benefits).toMatchObject({ target: null, exclusive_products: { category_ids: ["cakes"] }, exclusive_hours: [{ hours: { from_minute: 720, to_minute: 840 } }] });
  });

  it("rise: the next one is beyond the highest, and one that is not is named", () => {
    const tiers = [...fresh.rules.tiers, nextTier(fresh.rules.tiers, "金卡")];
    expect(tiers[2]?.upgrade?.spend).toBe(6_000);
    expect(firstNotRising(tiers)).toBeUndefined();
    const [first, second, third] = tiers;
    if (!first || !second || !third) throw new Error("three tiers");
    expect(firstNotRising([first, third, second])).toEqual({ place: 2, measure: "spend" });
  });
});

describe("tiers that are left out", () => {
  it("need another in their place where members have them", () => {
    const tiers = [{ ...fresh.rules.tiers[0], tier_id: "base" }, { ...fresh.rules.tiers[1], tier_id: "silver" }];
    const programme = {
      programme_id: "p", scope: "organisation", brand_id: null, version: 1, members_to_judge: 0,
      versions: [{ version: 1, state: "in_force", effective_at: "2026-01-01T00:00:00Z", rules: { tiers, window: "rolling_year" }, mode: "at_expiry", saved_at: "2026-01-01T00:00:00Z", saved_by: "a" }],
      members: [{ tier_id: "base", members: 900 }, { tier_id: "silver", members: 12 }],
    } as TierProgramme;
    expect(leftOut(programme, [{ tier_id: "base" }]).map(({ tier, members }) => [tier.name, members])).toEqual([["銀卡", 12]]);
    expect(leftOut({ ...programme, members: [] }, [{ tier_id: "base" }])).toEqual([]);
  });
});
