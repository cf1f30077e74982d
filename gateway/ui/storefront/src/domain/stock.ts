import type { Availability, MenuProduct } from "@yizhimai/api";
import type { MenuIndex } from "./menu-index";

/** What is left of each counted thing; what is absent is not counted and always sellable. */
export type Stock = ReadonlyMap<string, number>;

export const noStock: Stock = new Map();

/** From this number on the customer is told how few are left. */
export const FEW = 5;

export function stockOf(availability: Availability | undefined): Stock {
  return availability ? new Map(availability.skus.map((sku) => [sku.sku_id, sku.available])) : noStock;
}

export function isSoldOut(stock: Stock, skuId: string): boolean {
  return (stock.get(skuId) ?? 1) <= 0;
}

export type ProductState =
  | { kind: "sellable"; left?: number }
  | { kind: "sold_out" }
  | { kind: "lacks_option"; group: string };

/** Whether a product can be had at all: a variant is left, and each required group can still be answered (§12 E10). */
export function productState(index: MenuIndex, product: MenuProduct, stock: Stock): ProductState {
  const variants = product.variants.filter((variant) => !isSoldOut(stock, variant.variant_id));
  if (variants.length === 0) return { kind: "sold_out" };
  const lacking = index
    .groupsOf(product)
    .find((group) => group.options.filter((option) => !isSoldOut(stock, option.option_id)).length < Math.min(group.min, 1));
  if (lacking) return { kind: "lacks_option", group: lacking.name };
  const counted = variants.map((variant) => stock.get(variant.variant_id));
  if (counted.some((left) => left === undefined)) return { kind: "sellable" };
  const left = counted.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  return left <= FEW ? { kind: "sellable", left } : { kind: "sellable" };
}
