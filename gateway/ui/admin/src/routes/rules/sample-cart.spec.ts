import { expect, it } from "vitest";

import type { Menu } from "../../data/types";
import { everything, newRule, noConditions, noEffect, ofType } from "./rule";
import { firstCart } from "./sample-cart";

const menu = {
  categories: [{ category_id: "drinks", name: "茶飲", product_ids: ["tea"] }, { category_id: "cakes", name: "甜點", product_ids: ["cake"] }],
  products: [
    { product_id: "tea", name: "紅茶", variants: [{ variant_id: "m", name: "中", price: 30 }, { variant_id: "l", name: "大", price: 35 }] },
    { product_id: "cake", name: "蛋糕", variants: [{ variant_id: "c", name: "", price: 60 }] },
  ],
} as unknown as Menu;
const rule = newRule("promotion");
const counts = (of: typeof rule) => firstCart(of, menu).lines.map(({ variant_id, quantity }) => [variant_id, quantity]);

it("holds so many that the rule acts", () => {
  expect(counts(ofType(rule, "any_n"))).toEqual([["m", 3]]);
  expect(counts(ofType(rule, "buy_get"))).toEqual([["m", 3]]);
  expect(counts(rule), "滿 300: ten cups of 30").toEqual([["m", 10]]);
  expect(counts({ ...ofType(rule, "item_discount"), conditions: { ...noConditions, min_units: 4 } })).toEqual([["m", 4]]);
});

it("holds what the rule is about", () => {
  const of = ofType(rule, "item_discount");
  expect(counts({ ...of, target: { ...everything, category_ids: ["cakes"] } })).toEqual([["c", 2]]);
  expect(counts({ ...of, target: { ...everything, variant_ids: ["l"] } })).toEqual([["l", 2]]);
  expect(counts({ ...of, target: { ...everything, excluded_category_ids: ["drinks"] } })).toEqual([["c", 2]]);
  expect(counts({ ...of, target: { ...everything, product_ids: ["gone"] } })).toEqual([]);
});

it("holds each part of a set", () => {
  const slots = [{ target: { ...everything, product_ids: ["tea"] }, units: 2 }, { target: { ...everything, product_ids: ["cake"] }, units: 1 }, { target: { ...everything, category_ids: ["drinks"] }, units: 1 }];
  expect(counts({ ...rule, effect: { ...noEffect, bundle: { slots, price: 99 } } })).toEqual([["m", 3], ["c", 1]]);
});
