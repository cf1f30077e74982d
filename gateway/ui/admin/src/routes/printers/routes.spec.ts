import { describe, expect, it } from "vitest";

import type { BranchPrintRoutes, RoutedProduct } from "../../data/types";
import { inParts, merged } from "./routes";

const product = (_: unknown, index: number): RoutedProduct => ({ product_id: String(index), category_ids: [], station: "", print_tag: "" });

describe("inParts", () => {
  it.each([[0, []], [1, [1]], [500, [500]], [501, [500, 1]], [1_200, [500, 500, 200]]])("%i products", (count, sizes) => {
    const products = Array.from({ length: count }, product);
    const parts = inParts(products);
    expect(parts.map((part) => part.length)).toEqual(sizes);
    expect(parts.flat()).toEqual(products);
  });
});

describe("merged", () => {
  const found = (branch_id: string, ...ids: string[]): BranchPrintRoutes => ({
    branch_id, unrouted_count: ids.length, unrouted: ids.map((product_id) => ({ product_id, methods: ["pickup"] })),
  });

  it("adds up what is missing in each branch", () => {
    expect(merged([[found("a", "1"), found("b", "2")], [], [found("b", "3", "4")]])).toEqual([found("a", "1"), found("b", "2", "3", "4")]);
  });
});
