import { queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";

/** One product. */
export const productQuery = (productId: string) =>
  queryOptions({
    queryKey: keys.product(productId),
    queryFn: async () => {
      const { product } = await call("GET", "/api/admin/products/{product_id}", { path: { product_id: productId } });
      return product;
    },
  });
