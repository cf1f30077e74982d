import { signal } from "@preact/signals";
import type { Order } from "@yizhimai/api";
import { load, save } from "../lib/storage";
import { keys } from "./keys";

/** An order made on this device, so that its page is found again from the menu. */
export interface OrderSeen {
  brand: string;
  branch: string;
  token: string;
  order_number: string;
  pickup_number: string;
  state: Order["state"];
  at: string;
}

const KEPT = 20;
const CURRENT_MS = 24 * 60 * 60_000;
const closed: ReadonlySet<Order["state"]> = new Set(["completed", "cancelled", "rejected", "expired", "no_show"]);

export const ordersSeen = signal<readonly OrderSeen[]>(load<OrderSeen[]>(keys.orders) ?? []);

export function isClosed(state: Order["state"]): boolean {
  return closed.has(state);
}

export function remember(brand: string, branch: string, token: string, order: Order): void {
  const { order_number, pickup_number, state, created_at } = order;
  const entry = { brand, branch, token, order_number, pickup_number, state, at: created_at };
  const others = (load<OrderSeen[]>(keys.orders) ?? ordersSeen.value).filter((seen) => seen.token !== token);
  ordersSeen.value = [entry, ...others].slice(0, KEPT);
  save(keys.orders, ordersSeen.value);
}

/** The newest order of the branch that is still under way. */
export function currentOrder(brand: string, branch: string): OrderSeen | undefined {
  return ordersSeen.value.find(
    (seen) => seen.brand === brand && seen.branch === branch && !isClosed(seen.state) && Date.now() - Date.parse(seen.at) < CURRENT_MS,
  );
}

/** An order of this branch made on this device, also in another tab. */
export function orderOf(brand: string, branch: string, order_number: string): OrderSeen | undefined {
  return load<OrderSeen[]>(keys.orders)?.find((seen) => seen.brand === brand && seen.branch === branch && seen.order_number === order_number);
}
