import { folded } from "@yizhimai/kit";

import type { Order, OrderLine, SoldOption } from "../../data/types";

/** 「半糖、少冰、珍珠×2」: the options as a customer would say them at the counter. */
export function optionWords(options: readonly SoldOption[]): string {
  return options.map(({ name, quantity }) => (quantity > 1 ? `${name}×${quantity}` : name)).join("、");
}

/** 「珍珠奶茶（大）」; a product with one variant is only its name. */
export function lineName(line: Pick<OrderLine, "product_name" | "variant_name">): string {
  return line.variant_name ? `${line.product_name}（${line.variant_name}）` : line.product_name;
}

const ALLERGY = /過敏|敏感體質|不能吃|不可有|allerg/iu;

/** Somebody wrote about an allergy, on the order or on a line. */
export function mentionsAllergy(order: Order): boolean {
  return [order.remark, ...order.lines.map((line) => line.note)].some((text) => text && ALLERGY.test(text));
}

/** Whether an order is what someone looks for: number, name, end of the phone, or a thing in it. */
export function matches(order: Order, text: string): boolean {
  const wanted = folded(text);
  if (!wanted) return true;
  const words = [order.order_number, order.pickup_number, order.contact_name, ...order.lines.map((line) => line.product_name)];
  return words.some((word) => folded(word).includes(wanted)) || order.contact_phone.endsWith(wanted);
}
