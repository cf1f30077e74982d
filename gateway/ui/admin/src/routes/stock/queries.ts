import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { CountedMovement, StockItem, StockSettings } from "../../data/types";

/** A branch's stock items; what has none is not tracked. */
export const stockQuery = (branchId: string) =>
  queryOptions({
    queryKey: keys.stock(branchId),
    queryFn: async () => {
      const { items } = await call("GET", "/api/admin/branches/{branch_id}/stock", { path: { branch_id: branchId } });
      return items;
    },
  });

/** The journal of one unit, newest first. */
export const movementsQuery = (branchId: string, skuId: string) =>
  infiniteQueryOptions({
    queryKey: keys.movements(branchId, skuId),
    queryFn: ({ pageParam }) =>
      call("GET", "/api/admin/branches/{branch_id}/stock/{sku_id}/movements", {
        path: { branch_id: branchId, sku_id: skuId }, query: { page_size: 50, page_token: pageParam || undefined },
      }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_page_token || undefined,
    staleTime: 0,
  });

/** Says how a unit is counted. */
export function setStock(branchId: string, skuId: string, body: StockSettings): Promise<{ item: StockItem }> {
  return call("PUT", "/api/admin/branches/{branch_id}/stock/{sku_id}", { path: { branch_id: branchId, sku_id: skuId }, body });
}

/** Records a count, a delivery, a correction or waste. */
export function moveStock(branchId: string, skuId: string, body: { kind: CountedMovement; quantity: number; reason: string }, key: string): Promise<{ item: StockItem }> {
  return call("POST", "/api/admin/branches/{branch_id}/stock/{sku_id}/movements", { path: { branch_id: branchId, sku_id: skuId }, body, key });
}
