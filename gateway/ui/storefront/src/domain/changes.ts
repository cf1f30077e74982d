import type { MenuProduct } from "@yizhimai/api";
import { unitPrice, type CartLine } from "./cart";
import type { FieldRefusal } from "./draft";
import type { MenuIndex } from "./menu-index";
import { isSatisfied } from "./options";
import { isSoldOut, pauseOf, productState, type Stock } from "./stock";

/** A change of a cart line since it was added. */
export type LineChange =
  | { kind: "price"; from: number; to: number }
  | { kind: "gone" }
  | { kind: "option_gone" }
  | { kind: "sold_out"; name: string }
  | { kind: "paused"; name: string; until: string | null; group?: string }
  | { kind: "few"; name: string; left: number };

function wantedBySku(lines: readonly CartLine[]): Map<string, number> {
  const wanted = new Map<string, number>();
  for (const line of lines) {
    wanted.set(line.variant_id, (wanted.get(line.variant_id) ?? 0) + line.quantity);
    for (const [id, each] of Object.entries(line.choice)) wanted.set(id, (wanted.get(id) ?? 0) + each * line.quantity);
  }
  return wanted;
}

/** The pause of a line: of its product, or else of what was chosen. */
function pausesOf(line: CartLine, product: MenuProduct, index: MenuIndex, stock: Stock): LineChange[] {
  const state = productState(index, product, stock);
  if (state.kind === "paused") return [{ kind: "paused", name: product.name, until: state.until, ...(state.group ? { group: state.group } : {}) }];
  const chosen = [line.variant_id, ...Object.keys(line.choice)];
  return chosen.flatMap((skuId): LineChange[] => {
    const option = index.options.get(skuId);
    const pause = pauseOf(stock, option ? "option" : "variant", skuId);
    const variant = product.variants.find(({ variant_id }) => variant_id === skuId)?.name;
    return pause ? [{ kind: "paused", name: option?.name ?? (variant ? `${product.name}（${variant}）` : product.name), until: pause.ends_at ?? null }] : [];
  });
}

/** Changes of one line; lines of the same item are counted together before they are compared with the stock. */
export function changesOf(line: CartLine, lines: readonly CartLine[], index: MenuIndex, stock: Stock): LineChange[] {
  const product = index.products.get(line.product_id);
  const unit = unitPrice(index, line);
  if (!product || unit === undefined) return [{ kind: "gone" }];
  const groups = index.groupsOf(product);
  const offered = new Set(groups.flatMap((group) => group.options.map((option) => option.option_id)));
  const lost = Object.keys(line.choice).some((id) => !offered.has(id));
  if (lost || !groups.every((group) => isSatisfied(group, line.choice))) return [{ kind: "option_gone" }];

  const changes: LineChange[] = pausesOf(line, product, index, stock);
  const wanted = wantedBySku(lines);
  for (const skuId of [line.variant_id, ...Object.keys(line.choice)]) {
    const left = stock.get(skuId);
    const name = index.options.get(skuId)?.name ?? product.name;
    if (isSoldOut(stock, skuId)) changes.push({ kind: "sold_out", name });
    else if (left !== undefined && left < (wanted.get(skuId) ?? 0)) changes.push({ kind: "few", name, left });
  }
  if (unit !== line.seen.unit) changes.push({ kind: "price", from: line.seen.unit, to: unit });
  return changes;
}

/** A change the customer must act on before ordering; a new price they only need to see. */
export function blocks(change: LineChange): boolean {
  return change.kind !== "price";
}

/** A difference between the quote that was shown and the present one: amounts or times, as the server reports them. */
export interface QuoteDifference {
  field: string;
  kind: "line" | "fee" | "time";
  name?: string;
  from?: string;
  to?: string;
}

/** Line by line, then fee by fee, then the time: only what differs. */
export function differencesOf(fields: readonly FieldRefusal[]): QuoteDifference[] {
  return fields
    .filter(({ reason }) => reason === "QUOTE_CHANGED")
    .map(({ field, params: { name, was, now } = {} }) => {
      const kind = field === "promised_at" ? "time" : field.startsWith("fees[") ? "fee" : "line";
      return { field, kind, name, from: was, to: now };
    });
}
