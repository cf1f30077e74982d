import { describe, expect, it } from "vitest";

import { explanationSentence, moneyWords, percentWords, rejectionSentence } from "./index";
import { explanationTexts } from "./texts";

const zh = { locale: "zh-TW", currency: "TWD" } as const;
const en = { locale: "en", currency: "TWD" } as const;

/** Everything the crate `benefit-rules` can say, with numbers. */
const numbers = { off: "6", times: "1", n: "3", buy: "2", get: "1", at: "300", amount: "10", price: "99", percent_bp: "1500", points: "28" };

describe("percentWords", () => {
  it.each([
    [1_000, "打 9 折", "10% off"],
    [1_500, "打 85 折", "15% off"],
    [5_000, "打 5 折", "50% off"],
    [9_500, "打 0.5 折", "95% off"],
    [9_000, "打 1 折", "90% off"],
    [250, "打 9.75 折", "2.5% off"],
  ])("says %i basis points as %s", (bp, zhTW, english) => {
    expect(percentWords(bp, zh)).toBe(zhTW);
    expect(percentWords(bp, en)).toBe(english);
  });
});

describe("explanationSentence", () => {
  it.each([
    ["any_n_price", "任選 3 件 99 元：折 6 元", "Any 3 for NT$99: NT$6 off"],
    ["item_percent", "打 85 折：折 6 元", "15% off: NT$6 off"],
    ["nth_unit_free", "第 3 件免費：折 6 元", "Item 3 free: NT$6 off"],
    ["buy_get_free", "買 2 送 1：折 6 元", "Buy 2, get 1 free: NT$6 off"],
    ["spend_amount", "滿 300 元折 10 元：折 6 元", "NT$10 off from NT$300: NT$6 off"],
    ["units_percent", "滿 300 件打 85 折：折 6 元", "15% off from 300 items: NT$6 off"],
    ["delivery_free", "免外送費：折 6 元", "Free delivery: NT$6 off"],
    ["points", "用 28 點折抵：折 6 元", "28 points used: NT$6 off"],
  ])("explains %s", (kind, zhTW, english) => {
    expect(explanationSentence({ kind, params: numbers }, zh)).toBe(zhTW);
    expect(explanationSentence({ kind, params: numbers }, en)).toBe(english);
  });

  it("has a sentence for every kind in both languages, without a gap", () => {
    for (const kind of Object.keys(explanationTexts)) {
      for (const words of [zh, en]) {
        const sentence = explanationSentence({ kind, params: numbers }, words);
        expect(sentence, `${kind} in ${words.locale}`).not.toBe("");
        expect(sentence, `${kind} in ${words.locale}`).not.toMatch(/[{}]/u);
      }
    }
  });

  it("says how often and that a limit cut it", () => {
    const params = { ...numbers, times: "2", limited: "true" };
    expect(explanationSentence({ kind: "any_n_price", params }, zh)).toBe("任選 3 件 99 元，共 2 次：折 6 元（到折扣上限）");
  });

  it("leaves a kind it does not know to the name of the rule", () => {
    expect(explanationSentence({ kind: "lottery", params: numbers }, zh)).toBe("");
  });
});

it("says why a benefit did nothing, and the gap", () => {
  expect(rejectionSentence({ reason: "MIN_SPEND", params: { gap: "1030" } }, zh)).toBe("還沒達到消費門檻，再消費 NT$1,030 即可使用。");
  expect(rejectionSentence({ reason: "LOST_TO_BETTER", params: { saving: "80" } }, zh)).toBe("已套用更划算的優惠，這個可省 NT$80。");
  expect(rejectionSentence({ reason: "NOT_COMBINABLE", params: { with: "…", total: "559" } }, en)).toBe("This can't be combined with other offers; with it the order would be NT$559.");
  expect(rejectionSentence({ reason: "POINTS_CAPPED" }, zh)).toBe("這張訂單能用的點數有上限。");
});

it("says amounts of other currencies by their sign", () => {
  expect(moneyWords(12_50, { locale: "zh-TW", currency: "USD" })).toBe("US$12.50");
  expect(moneyWords(1_250, zh)).toBe("1,250 元");
});
