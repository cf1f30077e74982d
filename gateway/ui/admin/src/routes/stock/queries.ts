import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { CountedMovement, Recipe, RecipePart, StockComponent, StockImportReport, StockItem, StockSettings } from "../../data/types";

/** What a branch counts, with the brand's components and recipes; what has no item is not tracked. */
export const stockQuery = (branchId: string) =>
  queryOptions({
    queryKey: keys.stock(branchId),
    queryFn: () => call("GET", "/api/admin/branches/{branch_id}/stock", { path: { branch_id: branchId } }),
  });

/** What the branch can count, by name; stays as it is while one counts. */
export const stockNamesQuery = (branchId: string) =>
  queryOptions({
    queryKey: keys.stockNames(branchId),
    queryFn: () => call("GET", "/api/admin/branches/{branch_id}/stock/names", { path: { branch_id: branchId } }),
    staleTime: 60_000,
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

/** The orders that a shortfall concerns, newest first. */
export const shortOrdersQuery = (branchId: string, skuId: string) =>
  queryOptions({
    queryKey: keys.shortOrders(branchId, skuId),
    queryFn: async () => {
      const { orders } = await call("GET", "/api/admin/branches/{branch_id}/stock/{sku_id}/short-orders", { path: { branch_id: branchId, sku_id: skuId } });
      return orders;
    },
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

/** Moves units to another branch. */
export function transferStock(branchId: string, skuId: string, body: { to_branch_id: string; quantity: number; reason: string }, key: string): Promise<{ item: StockItem }> {
  return call("POST", "/api/admin/branches/{branch_id}/stock/{sku_id}/transfers", { path: { branch_id: branchId, sku_id: skuId }, body, key });
}

/** Says what a variant or option is made of, in all branches of the brand. */
export function setRecipe(brandId: string, skuId: string, body: { parts: RecipePart[]; version?: number }): Promise<{ recipe: Recipe }> {
  return call("PUT", "/api/admin/brands/{brand_id}/recipes/{sku_id}", { path: { brand_id: brandId, sku_id: skuId }, body });
}

/** Makes a component. */
export function createComponent(brandId: string, name: string, key: string): Promise<{ component: StockComponent }> {
  return call("POST", "/api/admin/brands/{brand_id}/components", { path: { brand_id: brandId }, body: { name }, key });
}

/** Renames a component or puts it away. */
export function updateComponent({ brand_id, sku_id }: StockComponent, body: { name: string; archived: boolean; version: number }): Promise<{ component: StockComponent }> {
  return call("PUT", "/api/admin/brands/{brand_id}/components/{sku_id}", { path: { brand_id, sku_id }, body });
}

/** Imports a file, or previews what it would do. */
export function importStock(branchId: string, file: File, dryRun: boolean, reason: string): Promise<StockImportReport> {
  return call("POST", "/api/admin/branches/{branch_id}/stock/import", { path: { branch_id: branchId }, query: { dry_run: dryRun, reason }, body: file });
}
