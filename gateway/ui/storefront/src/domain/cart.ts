import type { CartBodyLine } from "@yizhimai/api";
import type { MenuIndex } from "./menu-index";
import { groupAmount, type Choice } from "./options";

/** A line of the cart, with what was shown when it was added, so that a change can be shown. */
export interface CartLine {
  line_id: string;
  product_id: string;
  variant_id: string;
  quantity: number;
  choice: Choice;
  note: string;
  /** Rule that offered it as 加價購. */
  offered_by?: string;
  seen: { name: string; detail: string; unit: number };
}

export const MAX_LINES = 50;
export const MAX_UNITS = 300;
export const MAX_LINE_QUANTITY = 99;

export function unitsIn(lines: readonly CartLine[]): number {
  return lines.reduce((sum, line) => sum + line.quantity, 0);
}

export function unitsOfProduct(lines: readonly CartLine[], productId: string): number {
  return unitsIn(lines.filter((line) => line.product_id === productId));
}

/** The list price of one unit by the present menu; undefined when the menu no longer has it. */
export function unitPrice(index: MenuIndex, line: Pick<CartLine, "product_id" | "variant_id" | "choice">): number | undefined {
  const product = index.products.get(line.product_id);
  const variant = product?.variants.find((candidate) => candidate.variant_id === line.variant_id);
  if (!product || !variant) return undefined;
  return index.groupsOf(product).reduce((sum, group) => sum + groupAmount(group, line.choice), variant.price);
}

/** The total shown until the server has priced the cart. */
export function estimate(index: MenuIndex | undefined, lines: readonly CartLine[]): number {
  return lines.reduce((sum, line) => sum + (index ? (unitPrice(index, line) ?? 0) : line.seen.unit) * line.quantity, 0);
}

/** The line as the customer reads it: `大杯・半糖・少冰・珍珠 ×2`. */
export function describe(index: MenuIndex, line: Pick<CartLine, "product_id" | "variant_id" | "choice">): string {
  const product = index.products.get(line.product_id);
  const variant = product?.variants.find((candidate) => candidate.variant_id === line.variant_id);
  const chosen = (product ? index.groupsOf(product) : []).flatMap((group) =>
    group.options.flatMap((option) => {
      const quantity = line.choice[option.option_id] ?? 0;
      if (quantity === 0) return [];
      return [quantity > 1 ? `${option.name} ×${quantity}` : option.name];
    }),
  );
  const size = product && product.variants.length > 1 ? variant?.name : undefined;
  return [size, ...chosen].filter(Boolean).join("・");
}

/** Identifies what a line orders, apart from its quantity. */
function itemKey({ product_id, variant_id, note, options, offered_by }: CartBodyLine): string {
  const chosen = (options ?? []).map((option) => `${option.option_id} ${option.quantity ?? 1}`).sort();
  return JSON.stringify([product_id, variant_id, note ?? "", chosen, offered_by ?? ""]);
}

function isSameItem(one: CartLine, other: CartLine): boolean {
  return itemKey(bodyLine(one)) === itemKey(bodyLine(other));
}

/** The cart without the lines that were ordered; what was added since stays. */
export function withoutOrdered(lines: readonly CartLine[], ordered: readonly CartBodyLine[]): CartLine[] {
  const left = new Map<string, number>();
  for (const line of ordered) left.set(itemKey(line), (left.get(itemKey(line)) ?? 0) + line.quantity);
  return lines.flatMap((line) => {
    const key = itemKey(bodyLine(line));
    const taken = Math.min(left.get(key) ?? 0, line.quantity);
    left.set(key, (left.get(key) ?? 0) - taken);
    return taken < line.quantity ? [{ ...line, quantity: line.quantity - taken }] : [];
  });
}

/** Adds a line; the same item again raises its quantity. */
export function withLine(lines: readonly CartLine[], line: CartLine): CartLine[] {
  const existing = lines.find((candidate) => candidate.line_id !== line.line_id && isSameItem(candidate, line));
  const others = lines.filter((candidate) => candidate.line_id !== line.line_id);
  if (existing) {
    const quantity = Math.min(existing.quantity + line.quantity, MAX_LINE_QUANTITY);
    return others.map((candidate) => (candidate === existing ? { ...line, line_id: existing.line_id, quantity } : candidate));
  }
  if (others.length < lines.length) return lines.map((candidate) => (candidate.line_id === line.line_id ? line : candidate));
  return [...lines, line];
}

export function withLineQuantity(lines: readonly CartLine[], lineId: string, quantity: number): CartLine[] {
  if (quantity <= 0) return lines.filter((line) => line.line_id !== lineId);
  return lines.map((line) => (line.line_id === lineId ? { ...line, quantity: Math.min(quantity, MAX_LINE_QUANTITY) } : line));
}

/** The line as the gateway accepts it. */
export function bodyLine(line: CartLine): CartBodyLine {
  const options = Object.entries(line.choice).map(([option_id, quantity]) => ({ option_id, quantity }));
  return { product_id: line.product_id, variant_id: line.variant_id, quantity: line.quantity, options, note: line.note, ...(line.offered_by ? { offered_by: line.offered_by } : {}) };
}
