import { queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";

/** What publishing would find and change. */
export const publishCheckQuery = (brandId: string, branchIds: readonly string[]) =>
  queryOptions({
    queryKey: [...keys.publishCheck(brandId), branchIds],
    queryFn: () =>
      call("GET", "/api/admin/brands/{brand_id}/publish-check", {
        path: { brand_id: brandId }, query: { branch_ids: branchIds.join(",") || undefined },
      }),
    staleTime: 0,
  });

/** A branch's published menus, newest first. */
export const menusQuery = (branchId: string) =>
  queryOptions({
    queryKey: keys.menus(branchId),
    queryFn: async () => {
      const { versions } = await call("GET", "/api/admin/branches/{branch_id}/menus", { path: { branch_id: branchId } });
      return versions;
    },
  });
