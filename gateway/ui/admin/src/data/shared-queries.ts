import { queryOptions } from "@tanstack/react-query";

import { call } from "./gateway";
import { keys } from "./keys";
import type { Product } from "./types";

/** Who is signed in. */
export const meQuery = queryOptions({
  queryKey: keys.me(),
  queryFn: () => call("GET", "/api/admin/me"),
  staleTime: 60_000,
});

/** The accounts of the organisation that one may see. */
export const accountsQuery = queryOptions({
  queryKey: keys.accounts(),
  queryFn: () => call("GET", "/api/admin/accounts", { query: { page_size: 100 } }),
  staleTime: 60_000,
});

/** Brands and branches within the account's scope. */
export const brandsQuery = queryOptions({
  queryKey: keys.brands(),
  queryFn: () => call("GET", "/api/admin/brands"),
  staleTime: 60_000,
});

/** A brand's categories in order. */
export const categoriesQuery = (brandId: string) =>
  queryOptions({
    queryKey: keys.categories(brandId),
    queryFn: async () => {
      const { categories } = await call("GET", "/api/admin/brands/{brand_id}/categories", {
        path: { brand_id: brandId },
      });
      return categories.toSorted((a, b) => a.position - b.position);
    },
  });

/** A brand's option groups. */
export const optionGroupsQuery = (brandId: string) =>
  queryOptions({
    queryKey: keys.optionGroups(brandId),
    queryFn: async () => {
      const answer = await call("GET", "/api/admin/brands/{brand_id}/option-groups", {
        path: { brand_id: brandId },
      });
      return answer.option_groups;
    },
  });

/** What a branch can sell now: open state, promise, slots, stock. */
export const availabilityQuery = (branchId: string) =>
  queryOptions({
    queryKey: keys.availability(branchId),
    queryFn: () =>
      call("GET", "/api/admin/branches/{branch_id}/availability", { path: { branch_id: branchId } }),
    refetchInterval: 60_000,
  });

export interface ProductPage {
  products: Product[];
  next_page_token?: string | null;
  total: number;
}

/** Every product of a brand, page after page; for screens that need them all at once. */
export const allProductsQuery = (brandId: string) =>
  queryOptions({
    queryKey: [...keys.products(brandId), "all"],
    queryFn: async () => {
      const products: Product[] = [];
      let token = "";
      do {
        const page = await call("GET", "/api/admin/brands/{brand_id}/products", {
          path: { brand_id: brandId },
          query: { page_size: 100, page_token: token || undefined },
        });
        products.push(...page.products);
        token = page.next_page_token ?? "";
      } while (token);
      return products;
    },
  });
