import { createTranslator } from "@yizhimai/kit";
import { describe, expect, it } from "vitest";

import { draftOf } from "./rules";
import { sentencesOf } from "./words";

const t = createTranslator("zh-TW");
const usual = draftOf(undefined, undefined, "organisation").rules;

describe("rules of points in words", () => {
  it("says the usual ones in four sentences", () => {
    expect(sentencesOf(t, usual)).toEqual(["每消費 NT$10 得 1 點", "訂單完成就入帳", "1 點折 NT$1", "入帳後 12 個月的月底到期"]);
  });

  it("names limits, bonuses and days with more", () => {
    const rules = {
      ...usual, waiting_days: 3, join_bonus: 50, birthday_bonus: 100, weekday_factors: [{ weekday: 3, factor_bp: 20_000, adds: true }], expiry: "never" as const,
      earning: { ...usual.earning, channels: ["web" as const, "line" as const] },
      redeeming: { ...usual.redeeming, worth_of_100: 50, min_points: 10, step: 10, cap_bp: 2_000, not_beside: ["coupon" as const] },
    };
    expect(sentencesOf(t, rules)).toEqual([
      "每消費 NT$10 得 1 點（限線上點餐、LINE）",
      "訂單完成 3 天後入帳",
      "週三 2 倍，可和其他加倍疊加",
      "加入會員送 50 點、生日送 100 點",
      "1 點折 NT$0.5、至少 10 點、每次 10 點為單位、最多折商品金額的 20%、不能和優惠券一起用",
      "點數不會到期",
    ]);
  });

  it("says what is off", () => {
    expect(sentencesOf(t, { ...usual, earning: null, redeeming: null })).toEqual(["消費不給點", "點不能折抵", "入帳後 12 個月的月底到期"]);
  });
});
