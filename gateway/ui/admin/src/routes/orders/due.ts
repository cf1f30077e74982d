import { minutesBetween } from "@yizhimai/kit";

import type { Order } from "../../data/types";

/** How pressing an order is; the board colours by it. */
export type Tone = "late" | "soon" | "near" | "calm" | "done";

const SOON_MINUTES = 5;
const NEAR_MINUTES = 15;

/** When the customer expects it: the time wanted, else the one promised. */
export function dueAt(order: Order): string {
  return order.wanted_at ?? order.promised_at ?? order.created_at;
}

/** Whole minutes until it is due, below 0 when it should have been ready. */
export function minutesLeft(order: Order, now: number): number {
  return minutesBetween(new Date(now), dueAt(order));
}

/** The tone of an order with so many minutes left; one that is ready presses nobody in the kitchen. */
export function toneOf(order: Order, minutes: number): Tone {
  if (order.state === "ready" || order.completed_at) return "done";
  if (minutes < 0) return "late";
  if (minutes <= SOON_MINUTES) return "soon";
  return minutes <= NEAR_MINUTES ? "near" : "calm";
}

/** Oldest due first; the order number settles a tie so that cards never swap by chance. */
export function byDue(one: Order, other: Order): number {
  return Date.parse(dueAt(one)) - Date.parse(dueAt(other)) || one.order_id.localeCompare(other.order_id);
}
