import type { Product, RoutedProduct } from "../../data/types";

/** Most products that are checked at once. */
const MOST_PRODUCTS = 2_000;

/** What of a brand's products rules look at; what is not sold needs no printer. */
export function routedProducts(products: readonly Product[] | undefined): RoutedProduct[] {
  return (products ?? [])
    .filter(({ display }) => display !== "delisted")
    .slice(0, MOST_PRODUCTS)
    .map(({ product_id, category_ids, station, print_tag }) => ({ product_id, category_ids, station, print_tag }));
}

/** The words that products have in a field, each once and in order. */
export function wordsOf(products: readonly Product[] | undefined, field: "station" | "print_tag"): string[] {
  const words = (products ?? []).map((product) => product[field]).filter((word) => word !== "");
  return [...new Set(words)].toSorted((one, other) => one.localeCompare(other, "zh-Hant"));
}
