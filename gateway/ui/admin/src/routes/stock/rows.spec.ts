import { expect, it } from "vitest";

import { stockItem } from "../../../mock/fixtures";
import { isLow, isOut, leftOf, shortOf, shownRows, stockRows, type StockFilter } from "./rows";

const day = { business_day: "2026-09-05", on_hand: 0, held: 3, available: 0, shortfall: 3, planned: 0 };
const rows = stockRows(
  {
    variants: [{ sku_id: "cold", name: "珍珠奶茶", detail: "冷" }, { sku_id: "hot", name: "珍珠奶茶", detail: "熱" }],
    options: [{ sku_id: "extra", name: "加珍珠", detail: "加料" }],
  },
  {
    items: [
      stockItem({ sku_id: "cold", available: 9, low_threshold: 5 }),
      stockItem({ sku_id: "hot", mode: "daily", available: 12, days: [day] }),
      stockItem({ sku_id: "pearl", available: 0 }),
    ],
    components: [{ brand_id: "brand", sku_id: "pearl", name: "珍珠", archived: false, version: 1 }],
    recipes: [
      { brand_id: "brand", sku_id: "cold", parts: [{ component_id: "milk", units: 1 }], version: 1, sellable: 4 },
      { brand_id: "brand", sku_id: "extra", parts: [{ component_id: "pearl", units: 1 }], version: 1, sellable: 0 },
    ],
  },
);

it("puts components, variants and options beside their stock", () => {
  expect(rows.map(({ sku_id, name, detail, kind }) => [sku_id, name, detail, kind])).toEqual([
    ["pearl", "珍珠", "", "component"],
    ["cold", "珍珠奶茶", "冷", "variant"],
    ["hot", "珍珠奶茶", "熱", "variant"],
    ["extra", "加珍珠", "加料", "option"],
  ]);
});

it("says what is left by the unit's own count and by its components, whichever is less", () => {
  expect(rows.map(leftOf)).toEqual([0, 4, 12, 0]);
  expect(rows.filter(isLow).map((row) => row.sku_id)).toEqual(["cold"]);
  expect(rows.filter(isOut).map((row) => row.sku_id)).toEqual(["pearl", "extra"]);
  expect(rows.map(shortOf)).toEqual([0, 0, 3, 0]);
});

it("shows what is tracked, sold out, low, short, or everything", () => {
  const ids = (filter: StockFilter) => shownRows(rows, filter, "").map((row) => row.sku_id);
  expect(ids("tracked")).toEqual(["pearl", "cold", "hot", "extra"]);
  expect(ids("out")).toEqual(["pearl", "extra"]);
  expect(ids("low")).toEqual(["cold"]);
  expect(ids("short")).toEqual(["hot"]);
  expect(ids("all")).toHaveLength(4);
});

it("searches everything, whatever the filter", () => {
  expect(shownRows(rows, "low", "珍珠").map((row) => row.sku_id)).toEqual(["pearl", "cold", "hot", "extra"]);
  expect(shownRows(rows, "low", "加料").map((row) => row.sku_id)).toEqual(["extra"]);
});
