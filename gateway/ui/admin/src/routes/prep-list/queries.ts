import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { DayPart } from "./span";

/** What a list adds up: a business day, or a part of it. */
export interface Span extends Partial<DayPart> {
  business_day: string;
}

/** Where a branch can print its list, at most a hundred print points. */
export const prepPointsQuery = (branchId: string) =>
  queryOptions({
    queryKey: keys.prepPoints(branchId),
    queryFn: async () => (await call("GET", "/api/admin/branches/{branch_id}/prep-points", { path: { branch_id: branchId }, query: { page_size: 100 } })).print_points,
  });

/** The list as it would be printed now, dot by dot; the picture before stays until the new one is there. */
export const prepPreviewQuery = (branchId: string, pointId: string, span: Span) =>
  queryOptions({
    queryKey: [...keys.prepPreview(branchId, pointId), span],
    queryFn: () => call("GET", "/api/admin/print-points/{print_point_id}/prep-lists/preview", { path: { print_point_id: pointId }, query: { ...span } }),
    enabled: pointId !== "",
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

/** Prints the list as the orders are by then. */
export function printPrepList(pointId: string, span: Span, key: string) {
  return call("POST", "/api/admin/print-points/{print_point_id}/prep-lists", { path: { print_point_id: pointId }, body: { ...span }, key });
}
