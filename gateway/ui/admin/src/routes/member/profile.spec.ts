import { createTranslator } from "@yizhimai/kit";
import { describe, expect, it } from "vitest";

import type { MemberProfile } from "../../data/types";
import { changesOf, missingText, nextVisit } from "./profile";

const t = createTranslator("zh-TW");

describe("the next visit", () => {
  const now = Date.parse("2026-06-20T00:00:00Z");

  it("is the usual gap after the last order", () => {
    expect(nextVisit("2026-06-12T00:00:00Z", 10, now)).toBe("2026-06-22T00:00:00.000Z");
  });

  it("is not guessed for who has stayed away, or has no rhythm", () => {
    expect(nextVisit("2026-05-01T00:00:00Z", 10, now)).toBeUndefined();
    expect(nextVisit("2026-06-12T00:00:00Z", null, now)).toBeUndefined();
  });
});

it("says what is missing for the next tier", () => {
  expect(missingText(t, { spend: 1_200, orders: 2, single_order: 0, points_earned: 0 })).toBe("消費 NT$1,200、2 筆訂單");
  expect(missingText(t, { spend: 0, orders: 0, single_order: 0, points_earned: 0 })).toBe("");
});

describe("a member that is edited", () => {
  const profile = { member: { name: "王小明", gender: "male" } } as MemberProfile;
  const same = { name: "王小明", phone: "", email: "", birthday: "", gender: "male" as const };

  it("sends what was changed alone", () => {
    expect(changesOf(same, profile)).toEqual({});
    expect(changesOf({ ...same, name: "王大明 ", phone: "0912345678" }, profile)).toEqual({ name: "王大明", phone: "0912345678" });
  });
});
