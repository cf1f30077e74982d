import { createTranslator } from "@yizhimai/kit";
import { expect, it } from "vitest";

import type { Menu } from "../../data/types";
import { chosenIn, chosenOut, menuNames, targetGroups, variantOptions, withIn, withOut } from "./products";
import { everything } from "./rule";

const t = createTranslator("zh-TW");
const menu = {
  categories: [{ category_id: "drinks", name: "茶飲" }],
  products: [
    { product_id: "tea", name: "紅茶", variants: [{ variant_id: "m", name: "中", price: 30 }, { variant_id: "l", name: "大", price: 35 }] },
    { product_id: "cake", name: "蛋糕", variants: [{ variant_id: "cake-1", name: "", price: 60 }] },
  ],
} as unknown as Menu;

it("offers categories, products, and sizes where there are several", () => {
  const groups = targetGroups(menu, [], true, t);
  expect(groups.map(({ label, options }) => [label, options.map((one) => one.label)])).toEqual([
    ["分類", ["茶飲"]],
    ["商品", ["紅茶", "蛋糕"]],
    ["規格", ["紅茶（中）", "紅茶（大）"]],
  ]);
  expect(variantOptions(menu).map(({ label }) => label)).toEqual(["紅茶（中）", "紅茶（大）", "蛋糕"]);
  expect(menuNames(menu).variant.get("cake-1")).toBe("蛋糕");
});

it("keeps what is gone from the menu, so that it can be taken out", () => {
  expect(targetGroups(menu, ["product:old"], false, t).at(-1)).toEqual({ label: "菜單上沒有的", options: [{ value: "product:old", label: "菜單上沒有的 1" }] });
});

it("turns choices into a target and back", () => {
  const target = withOut(withIn(everything, ["category:drinks", "product:cake", "variant:l"]), ["product:tea"]);
  expect(target).toEqual({ category_ids: ["drinks"], product_ids: ["cake"], variant_ids: ["l"], excluded_category_ids: [], excluded_product_ids: ["tea"] });
  expect(chosenIn(target)).toEqual(["category:drinks", "product:cake", "variant:l"]);
  expect(chosenOut(target)).toEqual(["product:tea"]);
});
