import type { Availability, MenuOptionGroup, MenuProduct, ShopPause } from "@yizhimai/api";
import { pausesAt, unsold, type Pauses } from "@yizhimai/kit";
import type { MenuIndex } from "./menu-index";

/** Remaining stock of what is counted, and what is paused; a SKU that is absent is not counted. */
export interface Stock extends ReadonlyMap<string, number> {
  pauses?: Pauses<ShopPause>;
  /** The remaining quantity is shown from this number down; 0 for never. */
  showLast?: ReadonlyMap<string, number>;
  /** Starts of the coming slots: what returns while the branch is closed can be had from its opening on. */
  slots?: readonly string[];
  /** Business day whose stock this is; absent while that is still being asked. */
  day?: string;
}

export const noStock: Stock = new Map();

/** Default for the number from which the remaining quantity is shown. */
const FEW = 5;

/**
 * The stock of a branch and what is paused there for the time an order is wanted. Where another
 * day's stock is wanted than the one that was answered, nothing is known of it: one day's 售完 says
 * nothing about another.
 */
export function stockOf(availability: Availability | undefined, wanted: Date, day: string | undefined = availability?.stock_day): Stock {
  if (!availability) return noStock;
  const skus = availability.stock_day === day ? availability.skus : [];
  const stock: Stock = new Map(skus.map((sku) => [sku.sku_id, sku.available]));
  if (skus === availability.skus) stock.day = day;
  stock.showLast = new Map(availability.skus.map((sku) => [sku.sku_id, sku.show_last]));
  stock.pauses = pausesAt(availability.pauses, wanted.getTime(), "web");
  stock.slots = availability.slots.map((slot) => slot.starts_at);
  return stock;
}

export function isSoldOut(stock: Stock, skuId: string): boolean {
  return (stock.get(skuId) ?? 1) <= 0;
}

function shownFrom(stock: Stock, skuId: string): number {
  return stock.showLast?.get(skuId) ?? FEW;
}

/** The remaining quantity where the shop shows it. */
export function fewLeft(stock: Stock, skuId: string): number | undefined {
  const left = stock.get(skuId);
  return left !== undefined && left > 0 && left <= shownFrom(stock, skuId) ? left : undefined;
}

/** When something can be had again whose pause ends at `until`. */
export function returnTime(stock: Stock, until: string): string {
  const end = Date.parse(until);
  return stock.slots?.find((slot) => Date.parse(slot) >= end) ?? until;
}

/** The pause that keeps a variant or an option from being chosen. */
export function pauseOf(stock: Stock, kind: "variant" | "option", skuId: string): ShopPause | undefined {
  return stock.pauses?.of(kind, skuId);
}

/** Whether a variant or an option can be chosen. */
export function canHave(stock: Stock, kind: "variant" | "option", skuId: string): boolean {
  return !isSoldOut(stock, skuId) && !pauseOf(stock, kind, skuId);
}

/** Units of a group that can still be chosen; a choice is at most what is left of it. */
function choices(group: MenuOptionGroup, stock: Stock): number {
  return group.options.reduce((sum, { option_id, max_quantity }) => sum + Math.max(0, Math.min(max_quantity, stock.get(option_id) ?? max_quantity)), 0);
}

export type ProductState =
  | { kind: "sellable"; left?: number }
  | { kind: "paused"; group?: string; until: string | null }
  | { kind: "sold_out" }
  | { kind: "lacks_option"; group: string };

/** Whether a product can be had at all: a variant is left, and each required group can still be answered (docs/rules.md, Worked examples). */
export function productState(index: MenuIndex, product: MenuProduct, stock: Stock): ProductState {
  const paused = stock.pauses && unsold(product, index.categoriesOf(product), index.groupsOf(product), stock.pauses, (id) => stock.get(id));
  if (paused) return { kind: "paused", group: paused.group, until: paused.until };
  const variants = product.variants.filter((variant) => canHave(stock, "variant", variant.variant_id));
  if (variants.length === 0) return { kind: "sold_out" };
  const lacking = index
    .groupsOf(product)
    .find((group) => choices(group, stock) < group.min);
  if (lacking) return { kind: "lacks_option", group: lacking.name };
  const counted = variants.map((variant) => stock.get(variant.variant_id));
  if (counted.some((left) => left === undefined)) return { kind: "sellable" };
  const left = counted.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  const from = Math.min(...variants.map((variant) => shownFrom(stock, variant.variant_id)));
  return left <= from ? { kind: "sellable", left } : { kind: "sellable" };
}
