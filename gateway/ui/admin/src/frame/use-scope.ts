import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import { brandsQuery, meQuery } from "../data/shared-queries";
import type { Brand, Branch, Me } from "../data/types";

const LAST_BRANCH = "yzm.branch";

export interface WorkScope {
  brand: Brand | undefined;
  branch: Branch | undefined;
  brands: Brand[];
  branches: Branch[];
  timeZone: string;
}

/** Brand and branch worked in: the URL says it; where it names a brand only, the branch last worked in stands beside. */
export function useScope(): WorkScope {
  const { brandId, branchId } = useParams({ strict: false });
  const { data } = useQuery(brandsQuery);
  const brands = data?.brands ?? [];
  const branches = data?.branches ?? [];
  const last = localStorage.getItem(LAST_BRANCH);
  const inBrand = (branch: Branch) => !brandId || branch.brand_id === brandId;
  const branch = branchId
    ? branches.find((one) => one.branch_id === branchId)
    : (branches.find((one) => one.branch_id === last && inBrand(one)) ?? branches.find(inBrand));
  if (branchId && branch) localStorage.setItem(LAST_BRANCH, branchId);
  const brand = brands.find((one) => one.brand_id === (brandId ?? branch?.brand_id)) ?? (brandId ? undefined : brands[0]);
  return { brand, branch, brands, branches, timeZone: branch?.time_zone ?? "Asia/Taipei" };
}

/** Who is signed in; only below the frame, which has loaded it. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}
