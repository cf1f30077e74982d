import type { BranchPrintRoutes, Product, RoutedProduct } from "../../data/types";

/** Products that one request asks about, so that it stays well below what the gateway reads. */
const AT_ONCE = 500;

/** What of a brand's products rules look at; what is not sold needs no printer. */
export function routedProducts(products: readonly Product[] | undefined): RoutedProduct[] {
  return (products ?? [])
    .filter(({ display }) => display !== "delisted")
    .map(({ product_id, category_ids, station, print_tag }) => ({ product_id, category_ids, station, print_tag }));
}

/** The products as requests ask about them, some at a time. */
export function inParts(products: readonly RoutedProduct[]): RoutedProduct[][] {
  const parts = Math.ceil(products.length / AT_ONCE);
  return Array.from({ length: parts }, (_, part) => products.slice(part * AT_ONCE, (part + 1) * AT_ONCE));
}

/** What several requests found of the same branches, as one would have. */
export function merged(answers: readonly (readonly BranchPrintRoutes[])[]): BranchPrintRoutes[] {
  const found = new Map<string, BranchPrintRoutes>();
  for (const { branch_id, unrouted, unrouted_count } of answers.flat()) {
    const known = found.get(branch_id);
    found.set(branch_id, { branch_id, unrouted: [...(known?.unrouted ?? []), ...unrouted], unrouted_count: (known?.unrouted_count ?? 0) + unrouted_count });
  }
  return [...found.values()];
}

/** The words that products have in a field, each once and in order. */
export function wordsOf(products: readonly Product[] | undefined, field: "station" | "print_tag"): string[] {
  const words = (products ?? []).map((product) => product[field]).filter((word) => word !== "");
  return [...new Set(words)].toSorted((one, other) => one.localeCompare(other, "zh-Hant"));
}
