import { instantOf } from "@yizhimai/kit";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { PointAdjustment } from "../../data/types";
import { askedFor, nextDay, sumPeriod, type LogSearch } from "./search";

/** A page of entries as filtered, newest first. */
export const entriesQuery = ({ member, order, kind, programme, from, until, pages }: LogSearch, text: string, timeZone: string) => {
  const asked = askedFor(text);
  return queryOptions({
    queryKey: [...keys.pointEntries(), { member, order, kind, programme, from, until, text, timeZone }, pages],
    queryFn: () =>
      call("GET", "/api/admin/points/entries", {
        query: {
          member_id: member,
          order_number: asked.order ?? order,
          phone: asked.phone,
          programme_id: programme,
          kind,
          from: from && instantOf(`${from}T00:00`, timeZone),
          until: until && instantOf(`${nextDay(until)}T00:00`, timeZone),
          page_size: 50,
          page_token: pages?.at(-1),
        },
      }),
    placeholderData: keepPreviousData,
  });
};

/** A page of the coupons of a member, the last issued first. */
export const couponsQuery = (memberId: string, pages: readonly string[] | undefined) =>
  queryOptions({
    queryKey: [...keys.member(memberId), "coupons", pages],
    queryFn: () => call("GET", "/api/admin/coupons", { query: { member_id: memberId, page_size: 50, page_token: pages?.at(-1) } }),
    placeholderData: keepPreviousData,
  });

/** A coupon with what happened to it. */
export const couponQuery = (couponId: string) =>
  queryOptions({
    queryKey: [...keys.membership(), "coupon", couponId],
    queryFn: () => call("GET", "/api/admin/coupons/{coupon_id}", { path: { coupon_id: couponId } }),
  });

/** A page of adjustments by hand, newest first. */
export const adjustmentsQuery = ({ state = "waiting", member, pages }: LogSearch) =>
  queryOptions({
    queryKey: [...keys.pointAdjustments(), { state, member }, pages],
    queryFn: () =>
      call("GET", "/api/admin/points/adjustments", { query: { state: state === "all" ? undefined : state, member_id: member, page_size: 50, page_token: pages?.at(-1) } }),
    placeholderData: keepPreviousData,
  });

/** Applies an adjustment that waits for a second person, or rejects it. */
export function decideAdjustment({ adjustment_id }: PointAdjustment, approve: boolean, note: string) {
  return call("POST", "/api/admin/points/adjustments/{adjustment_id}/decision", { path: { adjustment_id }, body: { approve, note } });
}

/** Sums of a programme's entries by kind. */
export const sumsQuery = (programmeId: string, search: LogSearch, timeZone: string, today: string) => {
  const { from, until } = sumPeriod(search, today);
  return queryOptions({
    queryKey: [...keys.pointEntries(), "sums", programmeId, from, until, timeZone],
    queryFn: () =>
      call("GET", "/api/admin/points/programmes/{programme_id}/sums", {
        path: { programme_id: programmeId },
        query: { from: instantOf(`${from}T00:00`, timeZone), until: instantOf(`${nextDay(until)}T00:00`, timeZone) },
      }),
    placeholderData: keepPreviousData,
  });
};
