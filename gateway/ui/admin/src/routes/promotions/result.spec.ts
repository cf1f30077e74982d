import { describe, expect, it } from "vitest";

import { change, sumsBy, sumsOf } from "./result";

const unknown = { branch_day: null, week_before: null };
const days = [
  { business_day: "2026-12-01", branch_id: "shida", orders: 3, first_orders: 1, discount: 90, net: 900, branch_day: { orders: 40, net: 8_000 }, week_before: { orders: 35, net: 7_500 } },
  { business_day: "2026-12-01", branch_id: "gongguan", orders: 1, first_orders: 0, discount: 30, net: 400, ...unknown },
  { business_day: "2026-12-02", branch_id: "shida", orders: 2, first_orders: 2, discount: 60, net: 500, branch_day: { orders: 20, net: 3_000 }, week_before: { orders: 25, net: 4_500 } },
  { business_day: "2026-12-03", branch_id: "shida", orders: 1, first_orders: 0, discount: 10, net: 90, branch_day: { orders: 5, net: 600 }, week_before: null },
];

describe("what a promotion did", () => {
  it("adds up in all, by day and by branch", () => {
    expect(sumsOf(days)).toMatchObject({ orders: 7, first_orders: 3, discount: 190, net: 1_890 });
    expect(sumsBy(days, "business_day").map(([day, { orders }]) => [day, orders])).toEqual([["2026-12-01", 4], ["2026-12-02", 2], ["2026-12-03", 1]]);
    expect(sumsBy(days, "branch_id").map(([branch, { discount }]) => [branch, discount])).toEqual([["shida", 160], ["gongguan", 30]]);
    expect(sumsOf([])).toEqual({ orders: 0, first_orders: 0, discount: 0, net: 0, compared: null });
  });

  it("is beside the same weekdays before where both are known", () => {
    expect(sumsOf(days).compared).toEqual({ orders: 60, net: 11_000, before_orders: 60, before_net: 12_000 });
    expect(sumsBy(days, "branch_id").map(([, { compared }]) => compared?.net)).toEqual([11_000, undefined]);
  });

  it.each([[11_000, 12_000, "−8%"], [120, 100, "+20%"], [1_001, 1_000, "±0%"], [5, 0, "—"]])("says that %i after %i is %s", (now, before, text) => {
    expect(change(now, before)).toBe(text);
  });
});
