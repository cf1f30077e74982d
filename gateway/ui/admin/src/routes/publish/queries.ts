import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { RoutedProduct } from "../../data/types";
import { inParts, merged } from "../printers/routes";

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

/** Branches that have print points and in which some of these products reach none; each page has one at least, but for the last. */
export const printRoutesQuery = (brandId: string, branchIds: readonly string[], products: readonly RoutedProduct[]) =>
  infiniteQueryOptions({
    queryKey: [...keys.brandPrintRoutes(brandId), branchIds, products],
    queryFn: async ({ pageParam }) => {
      let token = pageParam;
      for (;;) {
        const from = token;
        const answers = await Promise.all(
          inParts(products).map((part) =>
            call("POST", "/api/admin/brands/{brand_id}/print-routes/check", {
              path: { brand_id: brandId },
              body: { branch_ids: [...branchIds], products: part, page_size: 50, page_token: from },
            }),
          ),
        );
        // The same branches are looked at, whichever products are asked about.
        token = answers[0]?.next_page_token ?? "";
        const branches = merged(answers.map((answer) => answer.branches));
        if (branches.length > 0 || token === "") return { branches, next_page_token: token };
      }
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next_page_token || undefined,
    enabled: branchIds.length > 0 && products.length > 0,
    staleTime: 0,
    retry: 1,
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
