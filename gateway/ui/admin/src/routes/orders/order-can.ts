import type { Text } from "@yizhimai/kit";

import type { Me, Order, OrderState } from "../../data/types";
import { may, mayDo } from "../../session/may";
import { texts } from "./texts";

/** Whether something may be done with an order now, or why not. */
export type Verdict = { ok: true; to: OrderState } | { ok: false; why: Text | undefined };

const no = (why?: Text): Verdict => ({ ok: false, why });

function step(order: Order, me: Me, to: OrderState): Verdict {
  if (!order.next_states.includes(to)) return no();
  if (!may(me, "ops.orders", "operate")) return no(texts.viewOnly);
  return { ok: true, to };
}

/**
 * What staff may do with an order, in one place. The moves are the server's own `next_states`
 * (docs/rules.md, Order transitions); this adds only what the account lacks, so that a button can say why it is grey.
 */
export const orderCan = {
  accept: (order: Order, me: Me) => step(order, me, "accepted"),
  prepare: (order: Order, me: Me) => (order.state === "completed" ? no() : step(order, me, "preparing")),
  ready: (order: Order, me: Me) => step(order, me, "ready"),
  complete: (order: Order, me: Me) => step(order, me, "completed"),
  noShow: (order: Order, me: Me) => step(order, me, "no_show"),
  reopen: (order: Order, me: Me): Verdict => {
    if (order.state !== "completed") return no();
    const verdict = step(order, me, "preparing");
    return verdict.ok && !mayDo(me, "order.reopen") ? no(texts.reopenNotGranted) : verdict;
  },
  /** Before the shop has said yes it is a refusal, afterwards a cancellation that needs its own grant. */
  cancel: (order: Order, me: Me): Verdict => {
    if (order.next_states.includes("rejected")) return step(order, me, "rejected");
    const verdict = step(order, me, "cancelled");
    return verdict.ok && order.state !== "placed" && !mayDo(me, "order.cancel_late") ? no(texts.cancelLateNotGranted) : verdict;
  },
} as const;

export type OrderAction = keyof typeof orderCan;

/** An order can be given another time until it is being made (docs/rules.md, Cancelling and rescheduling). */
export function isMovable(state: OrderState): boolean {
  return ["pending_payment", "placed", "accepted"].includes(state);
}

/** Whether the account can give an order another time; undefined where nobody could, or who only makes orders. */
export function canReschedule(order: Order, me: Me): { ok: true } | { ok: false; why: Text } | undefined {
  if (!isMovable(order.state) || onlyMakes(me)) return undefined;
  return may(me, "ops.orders", "manage") ? { ok: true } : { ok: false, why: texts.viewOnly };
}

/** The account makes and hands over what others have accepted, and does nothing else with orders. */
export function onlyMakes(me: Me): boolean {
  return may(me, "ops.orders", "operate") && !may(me, "ops.orders", "manage");
}

/** The step a card offers as its big button, and the one beside it. */
export const stepsOf: Partial<Record<OrderState, readonly [OrderAction, ...OrderAction[]]>> = {
  placed: ["accept", "prepare"],
  accepted: ["prepare"],
  preparing: ["ready", "complete"],
  ready: ["complete"],
  delivering: ["complete"],
};

/** Completing it hands over goods that were not paid for yet. */
export function isDue(order: Order): boolean {
  return order.paid < order.total;
}
