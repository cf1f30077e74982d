import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Product, ProductInput } from "../../data/types";
import type { ProductSearch } from "./search";

/** A page of a brand's products as filtered. */
export const productsQuery = (brandId: string, { pages, ...filters }: ProductSearch) =>
  queryOptions({
    queryKey: [...keys.products(brandId), filters, pages],
    queryFn: () =>
      call("GET", "/api/admin/brands/{brand_id}/products", {
        path: { brand_id: brandId },
        query: { ...filters, page_size: 50, page_token: pages?.at(-1) },
      }),
    placeholderData: keepPreviousData,
  });

/** A product as it is sent back. */
export function productInput({ product_id: _, brand_id: __, ...input }: Product): ProductInput {
  return input;
}

/** Changes a product as a whole. */
export function updateProduct(productId: string, body: ProductInput): Promise<{ product: Product }> {
  return call("PUT", "/api/admin/products/{product_id}", { path: { product_id: productId }, body });
}

/** Takes a product off the catalogue; orders and reports keep it. */
export function archiveProduct({ product_id, version }: Product): Promise<unknown> {
  return call("POST", "/api/admin/products/{product_id}/archive", { path: { product_id }, body: { version } });
}
