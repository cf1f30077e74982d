import { folded } from "@yizhimai/kit";

import type { Recipe, StockDay, StockItem, StockList, StockNames } from "../../data/types";

/** A thing that can be counted: a variant, an option or a component, with its stock where it is tracked. */
export interface StockRow {
  sku_id: string;
  name: string;
  /** Variant of a product, or the option group. */
  detail: string;
  kind: "variant" | "option" | "component";
  item: StockItem | undefined;
  recipe: Recipe | undefined;
}

/** Every component, variant and option of the brand beside the branch's stock. */
export function stockRows(names: StockNames, stock: StockList): StockRow[] {
  const items = new Map(stock.items.map((item) => [item.sku_id, item]));
  const recipes = new Map(stock.recipes.map((recipe) => [recipe.sku_id, recipe]));
  const row = (sku_id: string, name: string, detail: string, kind: StockRow["kind"]): StockRow => ({
    sku_id, name, detail, kind, item: items.get(sku_id), recipe: recipes.get(sku_id),
  });
  const components = stock.components.map(({ sku_id, name }) => row(sku_id, name, "", "component"));
  const variants = names.variants.map(({ sku_id, name, detail }) => row(sku_id, name, detail, "variant"));
  const options = names.options.map(({ sku_id, name, detail }) => row(sku_id, name, detail, "option"));
  return [...components, ...variants, ...options];
}

/** It is counted itself, so it can be counted by hand. */
export function isTracked({ item }: StockRow): boolean {
  return item !== undefined && item.mode !== "untracked";
}

/** 當日扣: orders for later days take from what is expected for them. */
export function isExpecting({ item }: StockRow): boolean {
  return item?.mode === "running" && item.rules.deduct === "on_day";
}

/** The next day that something is expected for. */
export function nextExpected(row: StockRow): StockDay | undefined {
  return isExpecting(row) ? row.item?.days.find((day) => day.planned > 0) : undefined;
}

/** Units of a coming day that orders have, held or sold. */
export function bookedOf(day: StockDay): number {
  return Math.max(0, day.planned - day.on_hand) + day.held;
}

/** Units left to sell, by its own count and by its components; `undefined` when nothing limits it. */
export function leftOf(row: StockRow): number | undefined {
  const own = isTracked(row) ? row.item?.available : undefined;
  const made = row.recipe?.sellable ?? undefined;
  if (own === undefined || made === undefined) return own ?? made;
  return Math.min(own, made);
}

/** Nothing is left. */
export function isOut(row: StockRow): boolean {
  return leftOf(row) === 0;
}

/** At or below its threshold, and there is something left. */
export function isLow(row: StockRow): boolean {
  const left = leftOf(row);
  return left !== undefined && left > 0 && left <= (row.item?.low_threshold ?? 0);
}

/** 超訂: units promised beyond what there is, today and on the days that are booked. */
export function shortOf({ item }: StockRow): number {
  if (!item || item.mode === "untracked") return 0;
  return item.days.reduce((sum, day) => sum + day.shortfall, item.shortfall);
}

export const stockFilters = ["tracked", "out", "low", "short", "all"] as const;

export type StockFilter = (typeof stockFilters)[number];

/** Whether a filter lets a row through. */
export function passes(row: StockRow, filter: StockFilter): boolean {
  if (filter === "all") return true;
  if (filter === "out") return isOut(row);
  if (filter === "low") return isLow(row);
  if (filter === "short") return shortOf(row) > 0;
  return leftOf(row) !== undefined;
}

/** What the list shows for a filter and a search, which looks through everything. */
export function shownRows(rows: readonly StockRow[], filter: StockFilter, text: string): StockRow[] {
  const wanted = folded(text);
  return rows.filter((row) => (wanted ? folded(`${row.name} ${row.detail}`).includes(wanted) : passes(row, filter)));
}
