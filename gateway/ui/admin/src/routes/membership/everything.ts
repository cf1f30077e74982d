import type { ProductTarget } from "../../data/types";

/** A target of everything. */
export const everything: ProductTarget = { product_ids: [], variant_ids: [], category_ids: [], excluded_product_ids: [], excluded_category_ids: [] };
