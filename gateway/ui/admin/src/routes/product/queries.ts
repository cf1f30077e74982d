import { queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Product } from "../../data/types";

/** One product. */
export const productQuery = (productId: string) =>
  queryOptions({
    queryKey: keys.product(productId),
    queryFn: async () => {
      const { product } = await call<{ product: Product }>("GET", "/api/admin/products/{product_id}", { path: { product_id: productId } });
      return product;
    },
  });
