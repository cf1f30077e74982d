import type { Order } from "@yizhimai/api";
import type { OrderPayment, PayMethod } from "../api/payment";

/** The method that is chosen: the one preferred while it is offered, else the shop's first. */
export function chosenMethod(methods: readonly PayMethod[], preferred: string | undefined): PayMethod | undefined {
  return methods.find(({ method_id }) => method_id === preferred) ?? methods[0];
}

/** The method to pay an unpaid order with: the one used last on this device, else the one the order names. */
export function nextMethod(methods: readonly PayMethod[], usedLast: string | undefined, payment_name: string): PayMethod | undefined {
  const online = methods.filter((method) => method.online);
  return online.find(({ method_id }) => method_id === usedLast) ?? online.find(({ name }) => name === payment_name) ?? online[0];
}

/** Whether part of the amount is paid now and the rest on site. */
export function isDeposit({ online, pay_now }: PayMethod, total: number): boolean {
  return online && pay_now < total;
}

/** How far paying an order is, as its page shows it. */
export type Stage = "open" | "at_provider" | "confirming" | "declined" | "overdue";

export function stageOf({ payment_progress: progress, pay_by }: Pick<OrderPayment, "payment_progress" | "pay_by">, now: number): Stage {
  if (progress === "confirming" || progress === "done") return "confirming";
  if (secondsLeft(pay_by, now) === 0) return "overdue";
  return progress === "at_provider" || progress === "declined" ? progress : "open";
}

/** Whole seconds until an order expires, never below 0; undefined when it does not say when. */
export function secondsLeft(pay_by: string | null, now: number): number | undefined {
  if (pay_by === null) return undefined;
  return Math.max(0, Math.ceil((Date.parse(pay_by) - now) / 1_000));
}

/** 754 → `12:34`. */
export function clockText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const ANNOUNCED_MINUTES = [1, 2, 5, 10];

/** What a screen reader announces of the countdown: 10, 5, 2 and 1 minutes before the end, so that it does not interrupt all the time. */
export function announcedMinutes(seconds: number): number | undefined {
  return ANNOUNCED_MINUTES.find((minutes) => seconds <= minutes * 60);
}

/** State of an order's money in one word. */
export type Settlement = "free" | "on_site" | "due" | "confirming" | "unpaid" | "deposit" | "paid" | "refunding" | "partly_refunded" | "refunded";

export function settlementOf(order: Order): Settlement {
  const { payment_progress, refunding } = order;
  if (refunding > 0) return "refunding";
  if (order.payment_state === "refunded" || order.payment_state === "partly_refunded") return order.payment_state;
  if (order.state === "pending_payment") return payment_progress === "confirming" || payment_progress === "done" ? "confirming" : "due";
  if (order.total === 0) return "free";
  if (order.paid >= order.total || order.payment_state === "authorized") return "paid";
  if (order.payment_method !== "online") return "on_site";
  return order.paid > 0 ? "deposit" : "unpaid";
}

/** What is still paid on site after a deposit. */
export function dueOnSite(order: Order): number {
  return settlementOf(order) === "deposit" ? order.total - order.paid : 0;
}

/** An order that has ended may still get money back: a refund under way or to come, or a payment that came too late. */
export function awaitsRefund(order: Order): boolean {
  const { refunding, refunded } = order;
  if (refunding > 0) return true;
  if (order.payment_method !== "online") return false;
  if (order.state === "expired") return refunded === 0;
  const isOff = order.state === "cancelled" || order.state === "rejected";
  return isOff && order.paid > 0 && order.payment_state !== "refunded";
}
