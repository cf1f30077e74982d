import { createTranslator } from "@yizhimai/kit";
import { describe, expect, it } from "vitest";

import type { BenefitRule } from "../../data/benefit-types";
import { amountOff, atPrice, everyone, everything, newRule, noConditions, noEffect, noLimits, percentOff } from "./rule";
import { ruleSentence, type RuleNames } from "./sentence";

const known: Record<string, string> = { tea: "紅茶", milk: "奶茶", cake: "蛋糕", pudding: "布丁", teaLarge: "紅茶（大）", drinks: "茶飲", shida: "師大店", gongguan: "公館店", gold: "金卡", regular: "常客" };
const name = (id: string) => known[id] ?? id;
const names: RuleNames = { product: name, variant: name, category: name, branch: name, tier: name, tag: name };

function said(part: Partial<BenefitRule>): [zhTW: string, en: string] {
  const rule = { ...newRule("promotion"), ...part };
  const inLanguage = (locale: "zh-TW" | "en") => ruleSentence(rule, { t: createTranslator(locale), currency: "TWD", timeZone: "Asia/Taipei", names });
  return [inLanguage("zh-TW"), inLanguage("en")];
}

const effect = (part: Partial<BenefitRule["effect"]>) => ({ ...noEffect, ...part });
const tea = { ...everything, product_ids: ["tea"] };
const from = (min_spend: number, min_units = 0) => ({ ...noConditions, min_spend, min_units });

describe("the sentence of a rule of each type", () => {
  it.each<[string, Partial<BenefitRule>, string, string]>([
    ["單品折扣", { effect: effect({ item: { off: percentOff(1_500) } }), target: { ...everything, category_ids: ["drinks"] } }, "茶飲打 85 折", "15% off 茶飲"],
    ["單品折扣 by an amount", { effect: effect({ item: { off: amountOff(5) } }), target: tea }, "紅茶每件折 5 元", "NT$5 off each 紅茶"],
    ["商品兌換", { effect: effect({ item: { off: percentOff(10_000) } }), target: tea, limits: { ...noLimits, per_order: 1 } }, "免費兌換紅茶，每單最多 1 件", "紅茶 free of charge, at most 1 an order"],
    ["單品特價", { effect: effect({ item: { off: atPrice(25) } }), target: tea }, "紅茶特價 25 元", "紅茶 for NT$25 each"],
    ["第 N 件優惠", { effect: effect({ nth_unit: { n: 2, off: percentOff(5_000), most_expensive: false } }) }, "第 2 件打 5 折", "1 of every 2 items: 50% off"],
    ["第 N 件優惠 of the dearest", { effect: effect({ nth_unit: { n: 3, off: percentOff(10_000), most_expensive: true } }), target: tea }, "紅茶第 3 件免費（折最貴的）", "1 of every 3 紅茶 free (the most expensive)"],
    ["任選 N 件(定額)", { effect: effect({ any_n: { n: 3, price: 99, percent_bp: null } }), target: tea }, "任選 3 件紅茶 99 元", "Any 3 紅茶 for NT$99"],
    ["任選 N 件(折數)", { effect: effect({ any_n: { n: 3, price: null, percent_bp: 2_000 } }) }, "任選 3 件打 8 折", "Any 3 items: 20% off"],
    ["買 X 送 Y", { effect: effect({ buy_get: { buy: 2, get: 1, get_from: null, off: percentOff(10_000), most_expensive: false } }), target: tea }, "紅茶買 2 送 1", "Buy 2 紅茶, get 1 free"],
    ["買 X 送 Y of something else", { effect: effect({ buy_get: { buy: 2, get: 1, get_from: { ...everything, product_ids: ["cake"] }, off: percentOff(10_000), most_expensive: false } }), target: tea }, "買 2 件紅茶送 1 件蛋糕", "Buy 2 紅茶, get 1 蛋糕 free"],
    ["買 X 送 Y for less", { effect: effect({ buy_get: { buy: 1, get: 1, get_from: null, off: atPrice(10), most_expensive: false } }), target: tea }, "買 1 件紅茶，再 1 件各 10 元", "Buy 1 紅茶, get 1 more for NT$10 each"],
    ["組合價", { effect: effect({ bundle: { slots: [{ target: tea, units: 2 }, { target: { ...everything, product_ids: ["cake"] }, units: 1 }], price: 120 } }) }, "2 件紅茶＋蛋糕組合價 120 元", "2 紅茶 + 蛋糕 together for NT$120"],
    ["滿額折", { effect: effect({ order: { measure: "spend", thresholds: [{ at: 300, off: amountOff(30) }, { at: 500, off: percentOff(1_000) }], repeats: false } }) }, "滿 300 元折 30 元、滿 500 元打 9 折", "NT$30 off from NT$300, 10% off from NT$500"],
    ["每滿", { effect: effect({ order: { measure: "spend", thresholds: [{ at: 300, off: amountOff(30) }], repeats: true } }), target: tea }, "紅茶每滿 300 元折 30 元", "NT$30 off for every NT$300 of 紅茶"],
    ["滿件折", { effect: effect({ order: { measure: "units", thresholds: [{ at: 3, off: percentOff(1_000) }], repeats: false } }) }, "滿 3 件打 9 折", "10% off from 3 items"],
    ["滿額贈", { effect: effect({ gift: { product_id: "cake", variant_id: "cake", quantity: 1, repeats: false } }), conditions: from(300) }, "滿 300 元送 1 件蛋糕", "1 蛋糕 free from NT$300"],
    ["滿件贈", { effect: effect({ gift: { product_id: "cake", variant_id: "cake", quantity: 2, repeats: true } }), conditions: from(0, 5), target: tea }, "紅茶每滿 5 件送 2 件蛋糕", "2 蛋糕 free for every 5 items of 紅茶"],
    ["加價購", { effect: effect({ add_on: { items: [{ product_id: "cake", variant_id: "cake", price: 39, most: 1 }, { product_id: "pudding", variant_id: "pudding", price: 15, most: 2 }] } }), conditions: from(200) }, "滿 200 元可加價購蛋糕 39 元、布丁 15 元（最多 2 件）", "蛋糕 for NT$39, 布丁 for NT$15 (at most 2) in addition from NT$200"],
    ["免運", { effect: effect({ delivery: { off: percentOff(10_000) } }), conditions: from(500) }, "滿 500 元免外送費", "Free delivery from NT$500"],
    ["折運", { effect: effect({ delivery: { off: amountOff(30) } }) }, "外送費折 30 元", "NT$30 off delivery"],
    ["首購", { effect: effect({ order: { measure: "spend", thresholds: [{ at: 0, off: amountOff(50) }], repeats: false } }), conditions: { ...noConditions, audience: { ...everyone, first_order: true } } }, "首購全單折 50 元", "First order: NT$50 off the order"],
    ["點數加倍", { effect: effect({ points: { factor_bp: 15_000, adds: true } }), target: tea }, "點數 1.5 倍，可和其他倍數相加", "1.5× points, added to other multiples"],
  ])("%s", (_, part, zhTW, en) => {
    expect(said(part)).toEqual([zhTW, en]);
  });
});

it("says how often and when", () => {
  const rule: Partial<BenefitRule> = {
    effect: effect({ any_n: { n: 3, price: 99, percent_bp: null } }), target: tea, limits: { ...noLimits, per_order: 2 },
    conditions: { ...noConditions, weekdays: [5, 1, 2, 4, 3], hours: [{ from_minute: 840, to_minute: 1_020 }] },
  };
  expect(said(rule)).toEqual(["任選 3 件紅茶 99 元，每單最多 2 次，週一至週五 14:00–17:00", "Any 3 紅茶 for NT$99, at most 2 times an order, Mon–Fri 14:00–17:00"]);
});

it("says where, for whom, how much of it there is, and what it does not stand beside", () => {
  const rule: Partial<BenefitRule> = {
    with_extras: true,
    limits: { ...noLimits, max_discount: 100, per_member: 1, budget: 10_000 },
    conditions: {
      ...noConditions, min_units: 2, starts_at: "2026-11-30T16:00:00Z", ends_at: "2026-12-31T15:59:59Z", weekdays: [6], hours: [], time_basis: "wanted",
      branch_ids: ["shida", "gongguan"], methods: ["delivery"], channels: ["web", "line"], payment_kinds: ["line_pay"],
      audience: { ...everyone, kind: "members", tier_ids: ["gold"], tag_ids: ["regular"], birth_month: true },
    },
    effect: effect({ item: { off: percentOff(1_000) } }), target: { ...everything, category_ids: ["drinks"], excluded_product_ids: ["milk"] },
    exclusivity: "order", not_beside: ["code", "coupon"],
  };
  expect(said(rule)[0]).toBe(
    "茶飲（奶茶除外）打 9 折，消費滿 2 件，加料也算，最多折 100 元，每人限 1 單，折滿 10,000 元為止，取件時間週六，2026-12-01 到 2026-12-31，限師大店、公館店，限外送，限線上點餐、LINE，限LINE Pay，限金卡，限有「常客」標籤的會員，限生日當月，不和其他促銷或 VIP 折扣一起用，不和優惠碼、優惠券一起用",
  );
});

it("names no more than three products, and says what is left to fill in", () => {
  expect(said({ effect: effect({ item: { off: percentOff(1_000) } }), target: { ...everything, product_ids: ["tea", "milk", "cake", "pudding"] } })[0]).toBe("紅茶、奶茶、蛋糕等 4 項打 9 折");
  expect(said({ effect: effect({ gift: { product_id: "", variant_id: "", quantity: 1, repeats: false } }), conditions: from(300) })[0]).toBe("滿 300 元送 1 件…");
});
