import { createTranslator } from "@yizhimai/kit";
import { describe, expect, it } from "vitest";

import { contradiction, hasConditions, noRule, sentRule } from "./rule";
import { tagRuleSentence } from "./rule-words";

describe("the rule of an automatic tag", () => {
  it("needs a condition; days to count in and branches are none", () => {
    expect(hasConditions(noRule)).toBe(false);
    expect(hasConditions({ ...noRule, window_days: 90, branch_ids: ["shida"] })).toBe(false);
    expect(hasConditions({ ...noRule, max_orders: 0 })).toBe(true);
    expect(hasConditions({ ...noRule, birth_month: true })).toBe(true);
  });

  it("names what nobody can meet", () => {
    expect(contradiction({ ...noRule, min_orders: 5, max_orders: 5 })).toBeUndefined();
    expect(contradiction({ ...noRule, min_orders: 5, max_orders: 4 })).toBe("max_orders");
    expect(contradiction({ ...noRule, not_ordered_for_days: 60, ordered_within_days: 30 })).toBe("ordered_within_days");
    expect(contradiction({ ...noRule, joined_before_days: 30, joined_within_days: 90 })).toBeUndefined();
  });

  it("is sent whole, with nothing where a number was emptied", () => {
    expect(sentRule({ ...noRule, min_orders: undefined as unknown as null, min_spent: 3_000 })).toEqual({ ...noRule, min_spent: 3_000 });
  });
});

describe("the rule in words", () => {
  const names = { tier: () => "金卡", brand: () => undefined, branch: () => "信義店" };

  it("says what is counted and where", () => {
    const rule = { ...noRule, window_days: 90, branch_ids: ["b"], min_orders: 5, min_spent: 3_000 };
    expect(tagRuleSentence(createTranslator("zh-TW"), rule, names)).toBe("最近 90 天、在信義店的訂單：訂單至少 5 筆、消費至少 NT$3,000");
    expect(tagRuleSentence(createTranslator("en"), rule, names)).toBe("Orders of the last 90 days, at 信義店: at least 5 orders, spent at least NT$3,000");
  });

  it("says who it is where no orders are counted apart", () => {
    expect(tagRuleSentence(createTranslator("zh-TW"), { ...noRule, tier_ids: ["gold"], birth_month: true, not_ordered_for_days: 60 }, names)).toBe("超過 60 天沒消費、等級是金卡、這個月生日");
  });
});
