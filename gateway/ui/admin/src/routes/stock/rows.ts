import type { OptionGroup, Product, StockItem } from "../../data/types";

/** A thing that can be counted: a variant or an option, with its stock where it is tracked. */
export interface StockRow {
  sku_id: string;
  name: string;
  /** Variant of a product, or the option group. */
  detail: string;
  kind: "variant" | "option";
  item: StockItem | undefined;
}

/** Every variant and option of the brand beside the branch's stock items, what is tracked first, then by name. */
export function stockRows(products: readonly Product[], groups: readonly OptionGroup[], items: readonly StockItem[]): StockRow[] {
  const byId = new Map(items.map((item) => [item.sku_id, item]));
  const variants = products
    .filter((product) => product.display !== "delisted")
    .flatMap((product) =>
      product.variants.map(({ variant_id = "", name }): StockRow => ({ sku_id: variant_id, name: product.name, detail: name, kind: "variant", item: byId.get(variant_id) })),
    );
  const options = groups.flatMap((group) =>
    group.options.map(({ option_id = "", name }): StockRow => ({ sku_id: option_id, name, detail: group.name, kind: "option", item: byId.get(option_id) })),
  );
  return [...variants, ...options];
}

/** Tracked and not `untracked`. */
export function isTracked({ item }: StockRow): boolean {
  return item !== undefined && item.mode !== "untracked";
}

/** At or below its threshold, or sold out. */
export function isLow(row: StockRow): boolean {
  return isTracked(row) && row.item !== undefined && row.item.available <= row.item.low_threshold;
}

export type StockFilter = "tracked" | "low" | "all";

/** What the list shows for a filter and a search. */
export function shownRows(rows: readonly StockRow[], filter: StockFilter, text: string): StockRow[] {
  const wanted = text.trim().toLowerCase();
  return rows.filter((row) => {
    if (wanted) return `${row.name} ${row.detail}`.toLowerCase().includes(wanted);
    return filter === "all" || (filter === "low" ? isLow(row) : isTracked(row));
  });
}
