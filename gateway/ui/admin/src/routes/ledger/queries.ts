import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { instantOf } from "@yizhimai/kit";

import { call, problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { LedgerTransaction } from "../../data/types";
import { addDays, periodOf, type LedgerSearch } from "./search";

/** What is booked of an order; of one that payments does not know yet, nothing. */
export const orderLedgerQuery = (orderId: string) =>
  queryOptions({
    queryKey: keys.orderLedger(orderId),
    queryFn: async (): Promise<LedgerTransaction[]> => {
      try {
        return (await call("GET", "/api/admin/orders/{order_id}/ledger", { path: { order_id: orderId } })).transactions;
      } catch (thrown) {
        if (problemFrom(thrown).reason === "NOT_FOUND") return [];
        throw thrown;
      }
    },
  });

/** A page of a brand's transactions as filtered, newest first. */
export const transactionsQuery = (brandId: string, search: LedgerSearch, timeZone: string, today: string) => {
  const { from, until } = periodOf(search, today);
  const { branch, account, tests, pages } = search;
  return queryOptions({
    queryKey: [...keys.ledger(brandId), "transactions", { branch, account, tests, from, until, timeZone }, pages],
    queryFn: () =>
      call("GET", "/api/admin/brands/{brand_id}/ledger", {
        path: { brand_id: brandId },
        query: {
          branch_id: branch,
          account,
          tests,
          from: instantOf(`${from}T00:00`, timeZone),
          until: instantOf(`${addDays(until, 1)}T00:00`, timeZone),
          page_size: 50,
          page_token: pages?.at(-1),
        },
      }),
    placeholderData: keepPreviousData,
  });
};

/** Balances of a brand or branch at a wall time, or now. */
export const balancesQuery = (brandId: string, { branch, at }: LedgerSearch, timeZone: string) =>
  queryOptions({
    queryKey: [...keys.ledger(brandId), "balances", { branch, at, timeZone }],
    queryFn: () =>
      call("GET", "/api/admin/brands/{brand_id}/ledger/balances", {
        path: { brand_id: brandId },
        query: { branch_id: branch, at: at && past(instantOf(at, timeZone)) },
      }),
    placeholderData: keepPreviousData,
  });

/** The instant, as far as it has come. */
function past(instant: string): string | undefined {
  return Date.parse(instant) <= Date.now() ? instant : undefined;
}
