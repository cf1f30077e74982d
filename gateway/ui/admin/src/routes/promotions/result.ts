import type { PromotionDay } from "../../data/benefit-types";

/** All completed orders of branches on days that are known, beside the same weekdays before. */
export interface Compared {
  orders: number;
  net: number;
  before_orders: number;
  before_net: number;
}

export interface Sums extends Pick<PromotionDay, "orders" | "first_orders" | "discount" | "net"> {
  /** Null where none of the days can be compared. */
  compared: Compared | null;
}

const none: Sums = { orders: 0, first_orders: 0, discount: 0, net: 0, compared: null };

/** A day counts where it and the one before are both known, so that like is beside like. */
function comparedOf({ branch_day: now, week_before: before }: Pick<PromotionDay, "branch_day" | "week_before">): Compared | null {
  return now && before ? { orders: now.orders, net: now.net, before_orders: before.orders, before_net: before.net } : null;
}

function together(one: Compared | null, other: Compared | null): Compared | null {
  if (!one || !other) return one ?? other;
  return { orders: one.orders + other.orders, net: one.net + other.net, before_orders: one.before_orders + other.before_orders, before_net: one.before_net + other.before_net };
}

const add = (sum: Sums, day: PromotionDay): Sums => ({
  orders: sum.orders + day.orders, first_orders: sum.first_orders + day.first_orders, discount: sum.discount + day.discount, net: sum.net + day.net,
  compared: together(sum.compared, comparedOf(day)),
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

/** 「+12%」: how much more it is than before; a dash where there was nothing before. */
export function change(now: number, before: number): string {
  if (before <= 0) return "—";
  const percent = Math.round((now / before - 1) * 100);
  return percent === 0 ? "±0%" : `${percent > 0 ? "+" : "−"}${String(Math.abs(percent))}%`;
}
