import { expect, it } from "vitest";

import { product, stockItem } from "../../../mock/fixtures";
import { isLow, shownRows, stockRows } from "./rows";

const rows = stockRows(
  [product({ name: "珍珠奶茶", variants: [{ variant_id: "cold", name: "冷", price: 50 }, { variant_id: "hot", name: "熱", price: 50 }] })],
  [{ option_group_id: "g", name: "加料", min: 0, max: 3, free_count: 0, version: 1, options: [{ option_id: "pearl", name: "珍珠", price: 10, max_quantity: 2, default_chosen: false }] }],
  [stockItem({ sku_id: "cold", available: 3, low_threshold: 5 }), stockItem({ sku_id: "hot", mode: "untracked" })],
);

it("puts every variant and option beside its stock", () => {
  expect(rows.map(({ sku_id, name, detail, item }) => [sku_id, name, detail, item?.mode])).toEqual([
    ["cold", "珍珠奶茶", "冷", "running"],
    ["hot", "珍珠奶茶", "熱", "untracked"],
    ["pearl", "珍珠", "加料", undefined],
  ]);
});

it("shows what is tracked, what is low, or everything", () => {
  const ids = (filter: "tracked" | "low" | "all") => shownRows(rows, filter, "").map((row) => row.sku_id);
  expect(ids("tracked")).toEqual(["cold"]);
  expect(ids("low")).toEqual(["cold"]);
  expect(ids("all")).toEqual(["cold", "hot", "pearl"]);
  expect(rows.filter(isLow)).toHaveLength(1);
});

it("searches everything, whatever the filter", () => {
  expect(shownRows(rows, "low", "珍珠").map((row) => row.sku_id)).toEqual(["cold", "hot", "pearl"]);
  expect(shownRows(rows, "low", "加料").map((row) => row.sku_id)).toEqual(["pearl"]);
});
