import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Contact, Order, OrderRefund, OrderState, RefundQuote, RefundRequest, RefundSelection, RefundSettlement } from "../../data/types";

interface OrderPage {
  orders: Order[];
  next_page_token?: string | null;
}

const closed: readonly OrderState[] = ["completed", "cancelled", "rejected", "no_show", "expired"];

function page(branchId: string, query: Record<string, string | number | boolean | undefined>): Promise<OrderPage> {
  return call("GET", "/api/admin/branches/{branch_id}/orders", { path: { branch_id: branchId }, query });
}

/** Every open order of a branch; read again on each event and, should events fail, twice a minute. */
export const openOrdersQuery = (branchId: string, withTests: boolean) =>
  queryOptions({
    queryKey: [...keys.openOrders(branchId), withTests],
    queryFn: async () => {
      const orders: Order[] = [];
      let token: string | undefined;
      do {
        const answer = await page(branchId, { page_size: 100, page_token: token, with_tests: withTests });
        orders.push(...answer.orders);
        token = answer.next_page_token ?? undefined;
      } while (token);
      return orders;
    },
    refetchInterval: 30_000,
    staleTime: 0,
  });

/** What was closed on a business day. */
export const closedOrdersQuery = (branchId: string, day: string, withTests: boolean) =>
  infiniteQueryOptions({
    queryKey: [...keys.orders(branchId), "closed", day, withTests],
    queryFn: ({ pageParam }) =>
      page(branchId, { business_day: day, states: closed.join(","), page_size: 50, page_token: pageParam || undefined, with_tests: withTests }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_page_token || undefined,
  });

/** Slots that would take an order, asked anew each time its time is to change. */
export const orderSlotsQuery = (orderId: string) =>
  queryOptions({
    queryKey: [...keys.order(orderId), "slots"] as const,
    queryFn: () => call("GET", "/api/admin/orders/{order_id}/slots", { path: { order_id: orderId } }),
    refetchInterval: 15_000,
    staleTime: 0,
  });

/** Who ordered, with the whole phone; the reason is kept in the audit log. */
export function unmaskContact(orderId: string, reason: string): Promise<{ contact: Contact }> {
  return call("POST", "/api/admin/orders/{order_id}/unmask", { path: { order_id: orderId }, body: { reason } });
}

/** What was paid online for an order: attempts and what the platform gave back by itself. */
export const orderPaymentQuery = (orderId: string) =>
  queryOptions({
    queryKey: keys.orderPayment(orderId),
    queryFn: () => call("GET", "/api/admin/orders/{order_id}/payment", { path: { order_id: orderId } }),
    staleTime: 0,
  });

/** Refunds of an order by staff; read again while one is under way. */
export const orderRefundsQuery = (orderId: string) =>
  queryOptions({
    queryKey: keys.orderRefunds(orderId),
    queryFn: () => call("GET", "/api/admin/orders/{order_id}/refunds", { path: { order_id: orderId } }),
    refetchInterval: ({ state }) => {
      const states = state.data?.refunds.map((refund) => refund.state) ?? [];
      if (states.includes("pending")) return 2_000;
      return states.includes("needs_person") ? 15_000 : false;
    },
    staleTime: 0,
  });

/** What a refund would give back, from where, and how much the account may. */
export function quoteRefund(orderId: string, selection: RefundSelection): Promise<RefundQuote> {
  return call("POST", "/api/admin/orders/{order_id}/refunds/quote", { path: { order_id: orderId }, body: { selection } });
}

/** Requests a refund; the same key requests it once. */
export function requestRefund(orderId: string, body: RefundRequest, key: string): Promise<{ refund: OrderRefund }> {
  return call("POST", "/api/admin/orders/{order_id}/refunds", { path: { order_id: orderId }, body, key });
}

/** Ends a refund that needs a person: given back by other means, or not any more. */
export function settleRefund(orderId: string, refundId: string, body: RefundSettlement): Promise<unknown> {
  return call("POST", "/api/admin/orders/{order_id}/payment/refunds/{refund_id}/settle", { path: { order_id: orderId, refund_id: refundId }, body });
}

/** One order with its history. */
export const orderQuery = (orderId: string) =>
  queryOptions({
    queryKey: keys.order(orderId),
    queryFn: () => call("GET", "/api/admin/orders/{order_id}", { path: { order_id: orderId } }),
    staleTime: 0,
  });
