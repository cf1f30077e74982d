import { createTranslator } from "@yizhimai/kit";
import { describe, expect, it } from "vitest";

import { draftOf, rulesOf } from "./rules";
import { benefitsText, conditionText, discountText, lastingText } from "./words";

const t = createTranslator("zh-TW");
const en = createTranslator("en");
const none = { all: false, spend: 0, orders: 0, single_order: 0, points_earned: 0 };

describe("tiers in words", () => {
  it("joins conditions by whether one or all are needed", () => {
    expect(conditionText(t, { ...none, spend: 3_000 })).toBe("累積消費滿 NT$3,000");
    expect(conditionText(t, { ...none, spend: 3_000, orders: 10 })).toBe("累積消費滿 NT$3,000，或訂單滿 10 筆");
    expect(conditionText(t, { ...none, all: true, orders: 10, single_order: 1_000 })).toBe("訂單滿 10 筆，而且單筆滿 NT$1,000");
  });

  it("says discounts the way shops do", () => {
    expect(discountText(t, 500)).toBe("95 折");
    expect(discountText(t, 1_000)).toBe("9 折");
    expect(discountText(en, 500)).toBe("95% of the price");
  });

  it("says what a tier gives and how it is kept", () => {
    const [base, first] = rulesOf(draftOf(undefined, undefined, "organisation", { base: "一般", first: "銀卡" })).tiers;
    if (!base || !first) throw new Error("two tiers");
    expect(benefitsText(t, base.benefits)).toBe("沒有額外優惠");
    expect(benefitsText(t, { ...first.benefits, points_factor_bp: 15_000, free_delivery_from: 300 })).toBe("95 折、點數 1.5 倍、滿 NT$300 免運");
    expect(lastingText(t, base)).toBe("");
    expect(lastingText(t, first)).toBe("效期 365 天，到期前再達到升等條件就續會，否則降一級");
    expect(lastingText(t, { ...first, grace_days: 30, renewal: { ...none, orders: 5 }, downgrade: "earned" })).toBe("效期 365 天，到期前訂單滿 5 筆就續會（寬限 30 天），否則降到當時消費達到的等級");
  });
});
