import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { allProductsQuery } from "../../data/shared-queries";
import type { BranchPrintRoutes } from "../../data/types";
import { routedProducts } from "../printers/routes";
import { printRoutesQuery } from "./queries";

/** NO_PRINT_ROUTE of the branches that a menu is published to. Printing is asked by itself: nothing waits for its answer. */
export function usePrintRoutes(brandId: string, branchIds: readonly string[]) {
  const products = useQuery(allProductsQuery(brandId));
  const routed = useMemo(() => routedProducts(products.data), [products.data]);
  const query = useInfiniteQuery(printRoutesQuery(brandId, branchIds, routed));
  const found: BranchPrintRoutes[] = query.data?.pages.flatMap(({ branches }) => branches) ?? [];

  function state(): "checking" | "failed" | "found" | "fine" {
    if (found.length > 0) return "found";
    if (products.isError || query.isError) return "failed";
    if (products.isPending || query.isLoading) return "checking";
    return "fine";
  }

  return {
    state: state(),
    found,
    productCount: routed.length,
    nameOf: (id: string) => products.data?.find(({ product_id }) => product_id === id)?.name ?? id,
    retry: () => void (products.isError ? products.refetch() : query.refetch()),
    more: query.hasNextPage ? () => void query.fetchNextPage() : undefined,
    busy: query.isFetching || products.isFetching,
  };
}

export type FoundRoutes = ReturnType<typeof usePrintRoutes>;
