import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { LimitRule, LimitTemplate } from "../../data/types";

const POLL_MS = 30_000;

/** A branch's limits, with what is booked beyond them. */
export const limitsQuery = (branchId: string) =>
  queryOptions({
    queryKey: keys.limits(branchId),
    queryFn: async () => {
      const { limits } = await call("GET", "/api/admin/branches/{branch_id}/limits", { path: { branch_id: branchId } });
      return limits;
    },
  });

/** How full days are; the days shown before stand until the next are known. */
export const loadQuery = (branchId: string, fromDay: string, days: number) =>
  queryOptions({
    queryKey: [...keys.load(branchId), fromDay, days] as const,
    queryFn: () => call("GET", "/api/admin/branches/{branch_id}/load", { path: { branch_id: branchId }, query: { from_day: fromDay, days } }),
    placeholderData: keepPreviousData,
    refetchInterval: POLL_MS,
  });

/** What fills a time. */
export const loadDetailQuery = (branchId: string, from: string, to: string) =>
  queryOptions({
    queryKey: [...keys.load(branchId), "detail", from, to] as const,
    queryFn: () => call("GET", "/api/admin/branches/{branch_id}/load/detail", { path: { branch_id: branchId }, query: { from, to } }),
    staleTime: 0,
  });

/** What rules would do, tried on a past day; yesterday without one. */
export const limitsPreviewQuery = (branchId: string, rules: readonly LimitRule[], businessDay: string | undefined) =>
  queryOptions({
    queryKey: [...keys.limits(branchId), "preview", JSON.stringify(rules), businessDay ?? ""] as const,
    queryFn: () => call("POST", "/api/admin/branches/{branch_id}/limits/preview", { path: { branch_id: branchId }, body: { rules: [...rules], business_day: businessDay ?? null } }),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
  });

/** What the limits were, the latest first. */
export const limitVersionsQuery = (branchId: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.limits(branchId), "versions"] as const,
    queryFn: ({ pageParam }) =>
      call("GET", "/api/admin/branches/{branch_id}/limits/versions", { path: { branch_id: branchId }, query: { page_size: 20, ...(pageParam ? { page_token: pageParam } : {}) } }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token ?? undefined,
  });

/** The brand's templates, by name. */
export const limitTemplatesQuery = (brandId: string) =>
  queryOptions({
    queryKey: keys.limitTemplates(brandId),
    queryFn: async () => {
      const { templates } = await call("GET", "/api/admin/brands/{brand_id}/limit-templates", { path: { brand_id: brandId } });
      return templates;
    },
  });

export function setLimits(branchId: string, body: { rules: LimitRule[]; version: number; note: string }) {
  return call("PUT", "/api/admin/branches/{branch_id}/limits", { path: { branch_id: branchId }, body });
}

/** Gives the limits of a branch or of a template to other branches, in the place of theirs. */
export function copyLimits(source: { from_branch_id: string } | { template_id: string }, to_branch_ids: string[]) {
  return call("POST", "/api/admin/limits/copy", { body: { ...source, to_branch_ids } });
}

export function saveTemplate(brandId: string, body: { template_id?: string; name: string; rules: LimitRule[]; version?: number }) {
  return call("POST", "/api/admin/brands/{brand_id}/limit-templates", { path: { brand_id: brandId }, body });
}

export function deleteTemplate({ brand_id, template_id }: LimitTemplate) {
  return call("DELETE", "/api/admin/brands/{brand_id}/limit-templates/{template_id}", { path: { brand_id, template_id } });
}
