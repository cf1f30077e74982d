import { expect, it } from "vitest";
import { missingFor } from "./tier-progress";

it("names only what the next tier asks for and is not reached", () => {
  const needed = { spend: 3_000, orders: 5, single_order: 0, points_earned: 0 };
  const missing = { spend: 820, orders: 0, single_order: 0, points_earned: 12 };
  expect(missingFor(needed, missing)).toEqual([{ measure: "spend", missing: 820, needed: 3_000 }]);
});
