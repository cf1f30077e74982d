import { expect, it } from "vitest";

import { sumsBy, sumsOf } from "./result";

const days = [
  { business_day: "2026-12-01", branch_id: "shida", orders: 3, first_orders: 1, discount: 90, net: 900 },
  { business_day: "2026-12-01", branch_id: "gongguan", orders: 1, first_orders: 0, discount: 30, net: 400 },
  { business_day: "2026-12-02", branch_id: "shida", orders: 2, first_orders: 2, discount: 60, net: 500 },
];

it("adds up what a promotion did, in all, by day and by branch", () => {
  expect(sumsOf(days)).toEqual({ orders: 6, first_orders: 3, discount: 180, net: 1_800 });
  expect(sumsBy(days, "business_day")).toEqual([
    ["2026-12-01", { orders: 4, first_orders: 1, discount: 120, net: 1_300 }],
    ["2026-12-02", { orders: 2, first_orders: 2, discount: 60, net: 500 }],
  ]);
  expect(sumsBy(days, "branch_id").map(([branch, { discount }]) => [branch, discount])).toEqual([["shida", 150], ["gongguan", 30]]);
  expect(sumsOf([])).toEqual({ orders: 0, first_orders: 0, discount: 0, net: 0 });
});
