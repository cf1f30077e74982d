import type { BranchPrintRoutes } from "../../data/types";

const METHODS = 3;

/** Whether a branch prints none of the products that were checked, however they are ordered. The first of them speak for the rest. */
export function printsNothing({ unrouted_count, unrouted }: BranchPrintRoutes, productCount: number): boolean {
  return unrouted_count >= productCount && unrouted.every(({ methods }) => methods.length >= METHODS);
}
