import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Pause, PauseInput, PausePreviewInput } from "../../data/types";

/** The menu in force of a branch: what it could sell, and so what can be paused. */
export const branchMenuQuery = (brandSlug: string, branchSlug: string) =>
  queryOptions({
    queryKey: keys.branchMenu(brandSlug, branchSlug),
    queryFn: () => call("GET", "/api/shop/{brand}/{branch}/menu", { path: { brand: brandSlug, branch: branchSlug } }),
    enabled: brandSlug !== "" && branchSlug !== "",
  });

/** What is paused in a branch now, the next to end first. */
export const pausesQuery = (branchId: string) =>
  queryOptions({
    queryKey: keys.pauses(branchId),
    queryFn: async () => {
      const { pauses } = await call("GET", "/api/admin/branches/{branch_id}/pauses", { path: { branch_id: branchId } });
      return pauses;
    },
    refetchInterval: 60_000,
  });

/** Pauses that are over, the latest first. */
export const endedPausesQuery = (branchId: string) =>
  infiniteQueryOptions({
    queryKey: keys.endedPauses(branchId),
    queryFn: ({ pageParam }) =>
      call("GET", "/api/admin/branches/{branch_id}/pauses", {
        path: { branch_id: branchId }, query: { ended: true, page_size: 20, page_token: pageParam || undefined },
      }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_page_token || undefined,
  });

/** Orders that a pause would touch; asked anew whenever what is to be paused changes. */
export const previewQuery = (branchId: string, body: PausePreviewInput) =>
  queryOptions({
    queryKey: [...keys.pauses(branchId), "preview", body],
    queryFn: () => call("POST", "/api/admin/pauses/preview", { body }),
    staleTime: 0,
    gcTime: 0,
  });

/** Pauses something. */
export function createPause(body: PauseInput, key: string): Promise<{ pause: Pause }> {
  return call("POST", "/api/admin/pauses", { body, key });
}

/** Lets something be sold again, in this branch or in all that the pause was made for. */
export function resumePause(branchId: string, pause: Pause, everywhere: boolean): Promise<{ pause: Pause }> {
  return call("POST", "/api/admin/pauses/{pause_id}/resume", {
    path: { pause_id: pause.pause_id }, body: { version: pause.version, ...(everywhere ? {} : { branch_id: branchId }) },
  });
}
