import type { Order } from "@yizhimai/api";
import { describe, unitPrice, type CartLine } from "./cart";
import type { MenuIndex } from "./menu-index";
import { isSatisfied, type Choice } from "./options";
import { canHave, productState, type Stock } from "./stock";

export interface Reorder {
  lines: CartLine[];
  /** Names of what is no longer available. */
  missing: string[];
}

/** Makes a cart from an earlier order, as far as menu and stock allow. */
export function reorder(order: Order, index: MenuIndex, stock: Stock, newLineId: () => string): Reorder {
  const lines: CartLine[] = [];
  const missing: string[] = [];
  for (const sold of order.lines) {
    // A gift is not bought: its rule gives it again where it still holds.
    if (sold.gift_of) continue;
    const product = index.products.get(sold.product_id);
    const groups = product ? index.groupsOf(product) : [];
    const offered = new Set(groups.flatMap((group) => group.options.map((option) => option.option_id)));
    const kept = sold.options.filter((option) => offered.has(option.option_id) && canHave(stock, "option", option.option_id));
    const choice: Choice = Object.fromEntries(kept.map((option) => [option.option_id, option.quantity]));
    const line = { product_id: sold.product_id, variant_id: sold.variant_id, choice };
    const unit = unitPrice(index, line);
    const complete = groups.every((group) => isSatisfied(group, choice));
    const sellable = product && productState(index, product, stock).kind === "sellable" && canHave(stock, "variant", sold.variant_id);
    if (!product || unit === undefined || !complete || !sellable) {
      missing.push(sold.product_name);
      continue;
    }
    for (const option of sold.options) if (!kept.includes(option)) missing.push(`${sold.product_name}・${option.name}`);
    const seen = { name: product.name, detail: describe(index, line), unit };
    lines.push({ ...line, line_id: newLineId(), quantity: sold.quantity, note: sold.note ?? "", seen });
  }
  return { lines, missing };
}
