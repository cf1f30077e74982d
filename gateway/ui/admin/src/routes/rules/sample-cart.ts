import type { ProductTarget, SampleCart } from "../../data/benefit-types";
import type { Menu } from "../../data/types";
import { isEverything, type Rule } from "./rule";

type Product = Menu["products"][number];

const MOST_FIRST_UNITS = 10;

/** Whether a target takes some size of a product; the category of a product is looked up in the menu. */
function takes(target: ProductTarget, { product_id, variants }: Product, menu: Menu): boolean {
  const categories = menu.categories.filter((one) => one.product_ids.includes(product_id)).map(({ category_id }) => category_id);
  const out = target.excluded_product_ids.includes(product_id) || categories.some((id) => target.excluded_category_ids.includes(id));
  if (out) return false;
  return isEverything(target) || target.product_ids.includes(product_id) || variants.some(({ variant_id }) => target.variant_ids.includes(variant_id)) || categories.some((id) => target.category_ids.includes(id));
}

/** Units it takes until the rule does something, as far as it says so by number. */
function unitsFor({ effect, conditions }: Rule): number {
  const { nth_unit, any_n, buy_get, order } = effect;
  const counted = nth_unit?.n ?? any_n?.n ?? (buy_get ? buy_get.buy + buy_get.get : order?.measure === "units" ? order.thresholds[0]?.at : undefined);
  return Math.max(counted ?? 2, conditions.min_units);
}

/** Amount it takes until the rule does something. */
function spendFor({ effect, conditions }: Rule): number {
  const { order } = effect;
  return Math.max(order && order.measure !== "units" ? (order.thresholds[0]?.at ?? 0) : 0, conditions.min_spend);
}

/** A cart in which the rule can be seen to act: enough of the first product that it takes, one for each part of a set. */
export function firstCart(rule: Rule, menu: Menu): SampleCart {
  const line = (target: ProductTarget, units: number) => {
    const product = menu.products.find((one) => takes(target, one, menu));
    const variant = product?.variants.find(({ variant_id }) => target.variant_ids.includes(variant_id)) ?? product?.variants[0];
    return product && variant ? [{ line: { product_id: product.product_id, variant_id: variant.variant_id, quantity: units, option_ids: [] as string[] }, price: variant.price }] : [];
  };
  const slots = rule.effect.bundle?.slots;
  if (slots) return { lines: merged(slots.flatMap(({ target, units }) => line(target, units).map((one) => one.line))) };
  const [first] = line(rule.target, unitsFor(rule));
  if (!first) return { lines: [] };
  const bySpend = first.price > 0 ? Math.ceil(spendFor(rule) / first.price) : 0;
  return { lines: [{ ...first.line, quantity: Math.min(Math.max(first.line.quantity, bySpend), Math.max(MOST_FIRST_UNITS, first.line.quantity)) }] };
}

/** Lines of the same size are one line. */
function merged(lines: SampleCart["lines"]): SampleCart["lines"] {
  const sizes = new Map<string, SampleCart["lines"][number]>();
  for (const line of lines) sizes.set(line.variant_id, { ...line, quantity: line.quantity + (sizes.get(line.variant_id)?.quantity ?? 0) });
  return [...sizes.values()];
}
