import type { Text } from "@yizhimai/kit";

import type { Me, Order, RefundQuote, RefundSelection } from "../../data/types";
import type { T } from "../../i18n";
import { may, mayDo } from "../../session/may";
import { texts } from "./payment-texts";

/** What staff chooses to refund; fields of the other kinds are kept while one looks around. */
export interface RefundChoice {
  kind: "whole" | "units" | "amount";
  units: Readonly<Record<string, number>>;
  amount: number | null;
}

/** The choice as it is sent; undefined while nothing is chosen. */
export function selectionOf({ kind, units, amount }: RefundChoice): RefundSelection | undefined {
  if (kind === "whole") return { whole: true };
  if (kind === "amount") return amount !== null && amount > 0 ? { amount } : undefined;
  const chosen = Object.entries(units).flatMap(([line_id, quantity]) => (quantity > 0 ? [{ line_id, quantity }] : []));
  return chosen.length > 0 ? { units: chosen } : undefined;
}

/** Whether the account can refund the order, or why not; undefined where there is no money of ours to refund. */
export function canRefund(order: Order, me: Me): { ok: true } | { ok: false; why: Text } | undefined {
  if (order.payment_method === "platform" || order.state === "pending_payment" || order.paid === 0) return undefined;
  return may(me, "ops.orders", "manage") && mayDo(me, "order.refund") ? { ok: true } : { ok: false, why: texts.refundNotGranted };
}

/** Why the account may not refund so much; undefined when it may. */
export function limitText(quote: RefundQuote, t: T, money: (amount: number) => string): string | undefined {
  const { amount, limit_each, limit_left_today } = quote;
  if (typeof limit_each === "number" && amount > limit_each) return t(texts.overLimit, { amount: money(limit_each) });
  if (typeof limit_left_today === "number" && amount > limit_left_today) return t(texts.overDay, { amount: money(limit_left_today) });
  return undefined;
}
