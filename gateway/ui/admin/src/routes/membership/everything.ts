import type { ProductTarget } from "../../data/types";

/** A target of everything; also one that names nothing. */
export const everything: ProductTarget = { product_ids: [], variant_ids: [], category_ids: [], excluded_product_ids: [], excluded_category_ids: [] };

/** Whether a target names or leaves out anything. */
export function isNarrowed(target: ProductTarget): boolean {
  return Object.values(target).some((ids) => ids.length > 0);
}
