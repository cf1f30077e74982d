import { describe, expect, it } from "vitest";

import type { PointsProgramme, PointsRules } from "../../data/types";
import { startOf } from "../membership/start";
import { draftOf, earned, rulesOf } from "./rules";

describe("points of an order", () => {
  it("counts full steps, then the factor, and cuts off", () => {
    expect(earned(116, { every: 10, points: 1 })).toBe(11);
    expect(earned(116, { every: 10, points: 1 }, 15_000)).toBe(16);
    expect(earned(89, { every: 10, points: 1 }, 15_000)).toBe(12);
    expect(earned(9, { every: 10, points: 5 })).toBe(0);
  });
});

describe("rules as they are edited", () => {
  const saved: PointsRules = { ...draftOf(undefined, undefined, "organisation").rules, unit_name: "星", redeeming: null, expiry: "never", expiry_months: 0 };
  const programme: PointsProgramme = {
    programme_id: "p", scope: "organisation", brand_id: null, version: 2, outstanding_points: 0, pending_points: 0, debt_points: 0, liability: 0,
    versions: [
      { version: 2, state: "pending", effective_at: "2026-12-01T00:00:00Z", rules: { ...saved, unit_name: "月" }, saved_at: "2026-11-01T00:00:00Z", saved_by: "a" },
      { version: 1, state: "in_force", effective_at: "2026-01-01T00:00:00Z", rules: saved, saved_at: "2026-01-01T00:00:00Z", saved_by: "a" },
    ],
  };

  it("are those in force, or those that wait and are changed", () => {
    expect(draftOf(programme, undefined, "organisation").rules.unit_name).toBe("星");
    expect(draftOf(programme, 2, "organisation").rules.unit_name).toBe("月");
  });

  it("come back as they were, what is off left out", () => {
    expect(rulesOf(draftOf(programme, undefined, "organisation"))).toEqual(saved);
    const draft = draftOf(programme, undefined, "organisation");
    expect(rulesOf({ ...draft, redeems: true }).redeeming?.worth_of_100).toBe(100);
    expect(rulesOf({ ...draft, earns: false }).earning).toBeNull();
  });

  it("send no months where points do not end by them", () => {
    const draft = draftOf(undefined, undefined, "organisation");
    expect(rulesOf({ ...draft, rules: { ...draft.rules, expiry: "next_year_end" } }).expiry_months).toBe(0);
    expect(rulesOf(draft).expiry_months).toBe(12);
  });

  it("start at once, or at the time on the clock in Taipei", () => {
    expect(startOf({ starts: "now", effective_at: "2026-12-01T00:00" }, "Asia/Taipei")).toBeUndefined();
    expect(startOf({ starts: "later", effective_at: "2026-12-01T00:00" }, "Asia/Taipei")).toBe("2026-11-30T16:00:00.000Z");
  });
});
