import type { CartBodyLine } from "@yizhimai/api";
import type { MenuIndex } from "./menu-index";
import { groupAmount, type Choice } from "./options";

/** A line as the customer put it together, with what they saw then, so that a change can be shown. */
export interface CartLine {
  line_id: string;
  product_id: string;
  variant_id: string;
  quantity: number;
  choice: Choice;
  note: string;
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

/** What is shown until the server has priced the cart. */
export function estimate(index: MenuIndex | undefined, lines: readonly CartLine[]): number {
  return lines.reduce((sum, line) => sum + (index ? (unitPrice(index, line) ?? 0) : line.seen.unit) * line.quantity, 0);
}

/** The line in the customer's words: `大杯・半糖・少冰・珍珠 ×2`. */
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

/** What makes two lines the same thing, whatever their quantities. */
function thing({ product_id, variant_id, note, options }: CartBodyLine): string {
  const chosen = (options ?? []).map((option) => `${option.option_id} ${option.quantity ?? 1}`).sort();
  return JSON.stringify([product_id, variant_id, note ?? "", chosen]);
}

function sameThing(one: CartLine, other: CartLine): boolean {
  return thing(bodyLine(one)) === thing(bodyLine(other));
}

/** What is left of the cart once `ordered` has become an order: what was added since stays. */
export function withoutOrdered(lines: readonly CartLine[], ordered: readonly CartBodyLine[]): CartLine[] {
  const owed = new Map<string, number>();
  for (const line of ordered) owed.set(thing(line), (owed.get(thing(line)) ?? 0) + line.quantity);
  return lines.flatMap((line) => {
    const key = thing(bodyLine(line));
    const taken = Math.min(owed.get(key) ?? 0, line.quantity);
    owed.set(key, (owed.get(key) ?? 0) - taken);
    return taken < line.quantity ? [{ ...line, quantity: line.quantity - taken }] : [];
  });
}

/** Puts a line in; the same thing once more only raises the quantity. */
export function withLine(lines: readonly CartLine[], line: CartLine): CartLine[] {
  const twin = lines.find((candidate) => candidate.line_id !== line.line_id && sameThing(candidate, line));
  const others = lines.filter((candidate) => candidate.line_id !== line.line_id);
  if (twin) {
    const quantity = Math.min(twin.quantity + line.quantity, MAX_LINE_QUANTITY);
    return others.map((candidate) => (candidate === twin ? { ...line, line_id: twin.line_id, quantity } : candidate));
  }
  if (others.length < lines.length) return lines.map((candidate) => (candidate.line_id === line.line_id ? line : candidate));
  return [...lines, line];
}

export function withLineQuantity(lines: readonly CartLine[], lineId: string, quantity: number): CartLine[] {
  if (quantity <= 0) return lines.filter((line) => line.line_id !== lineId);
  return lines.map((line) => (line.line_id === lineId ? { ...line, quantity: Math.min(quantity, MAX_LINE_QUANTITY) } : line));
}

/** The line as the gateway wants it. */
export function bodyLine(line: CartLine): CartBodyLine {
  const options = Object.entries(line.choice).map(([option_id, quantity]) => ({ option_id, quantity }));
  return { product_id: line.product_id, variant_id: line.variant_id, quantity: line.quantity, options, note: line.note };
}
