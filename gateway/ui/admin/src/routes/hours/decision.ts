import type { Affected, AffectedOrder, Decisions } from "../../data/types";

export type Choice = "keep" | "reschedule" | "cancel";

/** What becomes of an order; one that is rescheduled without a slot goes to the next free one. */
export interface Decided {
  choice: Choice;
  slot?: string;
}

/** What was chosen so far, by order. */
export type Chosen = ReadonlyMap<string, Decided>;

/** What was chosen, why orders are rescheduled, as their customers read it, and whether those that are not listed stay. */
export interface Plan {
  chosen: Chosen;
  reason: string;
  keepUnlisted: boolean;
}

/** Orders, earliest first, by their branches. */
export function byBranch(orders: readonly AffectedOrder[], total: number): Affected {
  const branches = new Map<string, AffectedOrder[]>();
  for (const order of orders) branches.set(order.branch_id, [...(branches.get(order.branch_id) ?? []), order]);
  return { branches: [...branches].map(([branch_id, some]) => ({ branch_id, orders: some })), total, unlisted: Math.max(0, total - orders.length) };
}

/** The decisions as the gateway takes them; undefined while an order that is shown has none, a reschedule lacks its reason, or nothing was said about those that are not listed. */
export function decisionsOf(orders: readonly AffectedOrder[], unlisted: number, { chosen, reason, keepUnlisted }: Plan): Decisions | undefined {
  const decided: NonNullable<Decisions["orders"]> = [];
  for (const { order_id } of orders) {
    const one = chosen.get(order_id);
    if (!one) return undefined;
    if (one.choice !== "reschedule") decided.push({ order_id, decision: one.choice });
    else decided.push(one.slot ? { order_id, decision: "reschedule", wanted_at: one.slot } : { order_id, decision: "reschedule_next" });
  }
  const reschedules = tallyOf(orders, chosen).reschedule > 0;
  if (reschedules && reason.trim() === "") return undefined;
  if (unlisted > 0 && !keepUnlisted) return undefined;
  return { orders: decided, keep_others: unlisted > 0, ...(reschedules ? { reschedule_reason: reason.trim() } : {}) };
}

/** One choice for all of these orders. A time picked for one stays, and so does what was chosen for those that cannot be rescheduled. */
export function withAll(chosen: Chosen, orders: readonly AffectedOrder[], choice: Choice, canReschedule: (order: AffectedOrder) => boolean): Chosen {
  const changed = orders.filter((order) => chosen.get(order.order_id)?.choice !== choice && (choice !== "reschedule" || canReschedule(order)));
  return new Map([...chosen, ...changed.map(({ order_id }): [string, Decided] => [order_id, { choice }])]);
}

/** How often each choice was made, and for how many orders none was. */
export function tallyOf(orders: readonly AffectedOrder[], chosen: Chosen): Record<Choice | "open", number> {
  const tally = { keep: 0, reschedule: 0, cancel: 0, open: 0 };
  for (const { order_id } of orders) tally[chosen.get(order_id)?.choice ?? "open"] += 1;
  return tally;
}

/** The choice that all of these orders have. */
export function commonOf(orders: readonly AffectedOrder[], chosen: Chosen): Choice | undefined {
  const tally = tallyOf(orders, chosen);
  return (["keep", "reschedule", "cancel"] as const).find((choice) => tally[choice] === orders.length);
}
