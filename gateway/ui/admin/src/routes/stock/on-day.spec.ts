import { expect, it } from "vitest";

import { stockItem } from "../../../mock/fixtures";
import { bookedOf, nextExpected, type StockRow } from "./rows";

const thursday = { business_day: "2026-09-03", planned: 0, on_hand: 0, held: 1, available: 0, shortfall: 1 };
const friday = { business_day: "2026-09-04", planned: 20, on_hand: 15, held: 3, available: 12, shortfall: 0 };
const rules = { weekday_amounts: [], date_amounts: [], max_per_order: 0, show_last: 5 };

function row(deduct: "at_once" | "on_day", mode: "running" | "daily" = "running"): StockRow {
  const item = stockItem({ mode, days: [thursday, friday], rules: { ...rules, deduct } });
  return { sku_id: "v", name: "生乳捲", detail: "", kind: "variant", item, recipe: undefined };
}

it("names the next day that something is expected for, only where orders ahead wait for it", () => {
  expect(nextExpected(row("on_day"))).toEqual(friday);
  expect(nextExpected(row("at_once"))).toBeUndefined();
  expect(nextExpected(row("on_day", "daily"))).toBeUndefined();
});

it("counts what is sold and what is held as booked", () => {
  expect([thursday, friday].map(bookedOf)).toEqual([1, 8]);
});
