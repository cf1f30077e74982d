import { createTranslator } from "@yizhimai/kit";
import { describe, expect, it } from "vitest";

import { formOf, nextStates, sentOf, tiersOf } from "./rule";
import { givingSentence } from "./words";

const fresh = formOf(undefined, { templateId: "t1", occasion: "joined" });

describe("a rule of given coupons", () => {
  it("is sent with what its occasion knows, and nothing else", () => {
    const kept = { ...fresh, name: " 升等券 ", tier_ids: ["gold"], birthday_by: "days" as const, days_before: 3 };
    expect(sentOf(kept)).toEqual({ name: "升等券", template_id: "t1", occasion: "joined", tier_ids: [], days_before: null, count: 1, most_coupons: null });
    expect(sentOf({ ...kept, occasion: "tier_reached" })).toMatchObject({ tier_ids: ["gold"], days_before: null });
    expect(sentOf({ ...kept, occasion: "birthday" })).toMatchObject({ tier_ids: ["gold"], days_before: 3 });
    expect(sentOf({ ...kept, occasion: "birthday", birthday_by: "month" })).toMatchObject({ days_before: null });
  });

  it("comes back into the form as it was saved", () => {
    const saved = sentOf({ ...fresh, name: "生日", occasion: "birthday", birthday_by: "days", days_before: 0, count: 2, most_coupons: 500 });
    expect(sentOf(formOf(saved, { templateId: "", occasion: "joined" }))).toEqual(saved);
  });

  it("needs tiers for reaching one and for each month alone", () => {
    expect((["joined", "tier_reached", "monthly", "birthday"] as const).map(tiersOf)).toEqual(["none", "needed", "needed", "possible"]);
  });

  it("ends for good", () => {
    expect((["active", "paused", "ended"] as const).map((state) => nextStates({ state }))).toEqual([["paused", "ended"], ["active", "ended"], []]);
  });
});

describe("a rule in words", () => {
  const name = (id: string) => ({ gold: "金卡", silver: "銀卡" })[id];
  const says = (locale: "zh-TW" | "en", part: Partial<typeof fresh>) => givingSentence(createTranslator(locale), sentOf({ ...fresh, ...part }), name);

  it.each([
    [{}, "加入會員時送 1 張", "1 on joining"],
    [{ occasion: "monthly" as const, tier_ids: ["silver", "gold"], count: 2 }, "每月 1 日送給銀卡、金卡會員 2 張", "2 on the first of each month to members of 銀卡, 金卡"],
    [{ occasion: "birthday" as const }, "生日當月 1 日送 1 張", "1 on the first of the month of birth"],
    [{ occasion: "birthday" as const, birthday_by: "days" as const, days_before: 0, tier_ids: ["gold"], most_coupons: 1_000 }, "生日當天送給金卡會員 1 張，總共最多 1,000 張", "1 on the birthday to members of 金卡, at most 1,000 in all"],
  ])("%o", (part, zhTW, english) => {
    expect([says("zh-TW", part), says("en", part)]).toEqual([zhTW, english]);
  });
});
