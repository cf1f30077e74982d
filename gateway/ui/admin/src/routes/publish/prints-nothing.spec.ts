import { describe, expect, it } from "vitest";

import type { BranchPrintRoutes, UnroutedProduct } from "../../data/types";
import { printsNothing } from "./prints-nothing";

const all: UnroutedProduct["methods"] = ["pickup", "delivery", "on_site"];
const of = (unrouted_count: number, ...methods: UnroutedProduct["methods"][]): BranchPrintRoutes => ({
  branch_id: "b", unrouted_count, unrouted: methods.map((some, index) => ({ product_id: String(index), methods: some })),
});

describe("printsNothing", () => {
  it("is so when every product is missed in every method", () => {
    expect(printsNothing(of(2, all, all), 2)).toBe(true);
    expect(printsNothing(of(300, all, all), 300)).toBe(true);
  });

  it("is not so while a product or a method is printed", () => {
    expect(printsNothing(of(2, all, all), 3)).toBe(false);
    expect(printsNothing(of(2, all, ["delivery"]), 2)).toBe(false);
  });
});
