import { instantOf } from "@yizhimai/kit";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { AuditSearch } from "./search";

/** A page of the audit trail as filtered, newest first. */
export const auditQuery = ({ pages, from, until, ...filters }: AuditSearch, timeZone: string) =>
  queryOptions({
    queryKey: [...keys.audit(), filters, from, until, timeZone, pages],
    queryFn: () =>
      call("GET", "/api/admin/audit-records", {
        query: {
          ...filters,
          recorded_from: from && instantOf(`${from}T00:00`, timeZone),
          recorded_until: until && instantOf(`${nextDay(until)}T00:00`, timeZone),
          page_size: 50,
          page_token: pages?.at(-1),
        },
      }),
    placeholderData: keepPreviousData,
  });

function nextDay(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}
