import type { Availability, MenuProduct } from "@yizhimai/api";
import type { MenuIndex } from "./menu-index";

/** What is left of a counted thing, and from which number down the shop wants it shown; 0 for never. */
export interface Left {
  available: number;
  showLast: number;
}

/** What is left of each counted thing; what is absent is not counted and always sellable. */
export type Stock = ReadonlyMap<string, Left>;

export const noStock: Stock = new Map();

export function stockOf(availability: Availability | undefined): Stock {
  return availability ? new Map(availability.skus.map((sku) => [sku.sku_id, { available: sku.available, showLast: sku.show_last }])) : noStock;
}

export function isSoldOut(stock: Stock, skuId: string): boolean {
  return (stock.get(skuId)?.available ?? 1) <= 0;
}

/** How many are left where the shop wants that shown. */
export function fewLeft(stock: Stock, skuId: string): number | undefined {
  const left = stock.get(skuId);
  return left && left.available > 0 && left.available <= left.showLast ? left.available : undefined;
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
  const counted = variants.flatMap((variant) => stock.get(variant.variant_id) ?? []);
  if (counted.length < variants.length) return { kind: "sellable" };
  const left = counted.reduce((sum, one) => sum + one.available, 0);
  return left <= Math.min(...counted.map((one) => one.showLast)) ? { kind: "sellable", left } : { kind: "sellable" };
}
