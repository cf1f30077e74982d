import type { PromotionDay } from "../../data/benefit-types";

export type Sums = Pick<PromotionDay, "orders" | "first_orders" | "discount" | "net">;

const none: Sums = { orders: 0, first_orders: 0, discount: 0, net: 0 };

const add = (sum: Sums, day: Sums): Sums => ({
  orders: sum.orders + day.orders, first_orders: sum.first_orders + day.first_orders, discount: sum.discount + day.discount, net: sum.net + day.net,
});

/** What a promotion did in all. */
export function sumsOf(days: readonly PromotionDay[]): Sums {
  return days.reduce(add, none);
}

/** What it did by a property of its days, such as the branch; in the order in which they come. */
export function sumsBy(days: readonly PromotionDay[], by: "business_day" | "branch_id"): [key: string, sums: Sums][] {
  const all = new Map<string, Sums>();
  for (const day of days) all.set(day[by], add(all.get(day[by]) ?? none, day));
  return [...all];
}
