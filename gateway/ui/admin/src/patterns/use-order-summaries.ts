import { queryOptions, useQuery } from "@tanstack/react-query";

import { call } from "../data/gateway";
import { keys } from "../data/keys";
import type { OrderSummary } from "../data/types";
import { useMe } from "../frame/use-scope";
import { may } from "../session/may";

const MOST_AT_ONCE = 200;

/** Finds orders by their ids, the first 200 of them; what the account may not see is absent. */
export async function findOrders(orderIds: readonly string[]): Promise<ReadonlyMap<string, OrderSummary>> {
  const { orders } = await call("POST", "/api/admin/orders/find", { body: { order_ids: orderIds.slice(0, MOST_AT_ONCE) } });
  return new Map(orders.map((order) => [order.order_id, order]));
}

const summariesQuery = (orderIds: readonly string[]) =>
  queryOptions({ queryKey: keys.orderSummaries(orderIds), queryFn: () => findOrders(orderIds) });

const none: ReadonlyMap<string, OrderSummary> = new Map();

/** What staff know orders by, as far as the account may see orders. */
export function useOrderSummaries(orderIds: readonly string[]): ReadonlyMap<string, OrderSummary> {
  const sees = may(useMe(), "ops.orders");
  const { data } = useQuery({ ...summariesQuery(orderIds), enabled: sees && orderIds.length > 0 });
  return data ?? none;
}
