import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call, newIdempotencyKey } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Decisions, HoursInput, PreviewInput, SpecialDayInput } from "../../data/types";

const FOLLOW_MS = 1_000;
const NOTICE_MS = 5_000;

/** A branch's hours in force, and what is pending. */
export const hoursQuery = (branchId: string) =>
  queryOptions({
    queryKey: keys.hours(branchId),
    queryFn: () => call("GET", "/api/admin/branches/{branch_id}/hours", { path: { branch_id: branchId } }),
  });

/** Every version of a branch's hours, newest first. */
export const versionsQuery = (branchId: string) =>
  infiniteQueryOptions({
    queryKey: keys.hoursVersions(branchId),
    queryFn: ({ pageParam }) =>
      call("GET", "/api/admin/branches/{branch_id}/hours/versions", {
        path: { branch_id: branchId },
        query: { page_size: 20, ...(pageParam ? { page_token: pageParam } : {}) },
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token ?? undefined,
  });

/** A branch's special days with those of its brand. */
export const specialDaysQuery = (branchId: string) =>
  queryOptions({
    queryKey: keys.specialDays(branchId),
    queryFn: async () => {
      const answer = await call("GET", "/api/admin/branches/{branch_id}/special-days", { path: { branch_id: branchId } });
      return answer.special_days;
    },
  });

/** What a change would offer, and how many orders it would leave outside; asked anew for each change, the answer before standing meanwhile. */
export const previewQuery = (branchId: string, change: PreviewInput) =>
  queryOptions({
    queryKey: keys.hoursPreview(branchId, JSON.stringify(change)),
    queryFn: () => preview(branchId, { ...change, count_only: true }),
    placeholderData: keepPreviousData,
    retry: false,
  });

/** What a change would do, with the orders it would leave outside. */
export function preview(branchId: string, change: PreviewInput) {
  return call("POST", "/api/admin/branches/{branch_id}/hours/preview", { path: { branch_id: branchId }, body: change });
}

/** How far decisions about orders are, asked every second until each has ended; a batch is known moments after it was saved. */
export const decisionBatchQuery = (batchId: string) =>
  queryOptions({
    queryKey: keys.decisionBatch(batchId),
    queryFn: () => call("GET", "/api/admin/order-decisions/{batch_id}", { path: { batch_id: batchId } }),
    refetchInterval: ({ state }) => (state.data?.batch.waiting === 0 ? false : FOLLOW_MS),
    retry: false,
  });

/** The latest decisions about orders of a brand's branches, newest first. */
export const decisionBatchesQuery = (brandId: string) =>
  queryOptions({
    queryKey: keys.decisionBatches(brandId),
    queryFn: () => call("GET", "/api/admin/brands/{brand_id}/order-decisions", { path: { brand_id: brandId }, query: { page_size: 20 } }),
    refetchInterval: ({ state }) => (state.data?.batches.some((batch) => batch.waiting > 0) ? NOTICE_MS : false),
  });

export function setHours(branchId: string, body: HoursInput & { decisions: Decisions }) {
  return call("PUT", "/api/admin/branches/{branch_id}/hours", { path: { branch_id: branchId }, body });
}

export function withdrawHours(branchId: string, number: number, body: { version: number; decisions: Decisions }) {
  return call("POST", "/api/admin/branches/{branch_id}/hours/versions/{number}/withdraw", { path: { branch_id: branchId, number }, body });
}

/** Whose a special day is: the branch's own, or its brand's. */
export type Owner = { branch_id: string } | { brand_id: string };

/** Saves a special day, a new one where it has no id. */
export function saveSpecialDay(owner: Owner, specialDayId: string | undefined, special_day: SpecialDayInput, decisions: Decisions, key = newIdempotencyKey()) {
  const body = { special_day, decisions };
  if ("branch_id" in owner) {
    return specialDayId
      ? call("PUT", "/api/admin/branches/{branch_id}/special-days/{special_day_id}", { path: { ...owner, special_day_id: specialDayId }, body, key })
      : call("POST", "/api/admin/branches/{branch_id}/special-days", { path: owner, body, key });
  }
  return specialDayId
    ? call("PUT", "/api/admin/brands/{brand_id}/special-days/{special_day_id}", { path: { ...owner, special_day_id: specialDayId }, body, key })
    : call("POST", "/api/admin/brands/{brand_id}/special-days", { path: owner, body, key });
}

export function removeSpecialDay(specialDayId: string, body: { version: number; decisions: Decisions }) {
  return call("POST", "/api/admin/special-days/{special_day_id}/remove", { path: { special_day_id: specialDayId }, body });
}
