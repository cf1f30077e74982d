import type { PromotionState } from "../../data/benefit-types";

/** States of a promotion in the order of its life. */
export const states = ["draft", "scheduled", "active", "paused", "used_up", "ended"] as const satisfies readonly PromotionState[];

/** What the list's address says: filters and the pages walked. */
export interface PromotionSearch {
  text?: string;
  state?: PromotionState;
  pages?: string[];
}

/** Reads an address; what it cannot mean is left out. */
export function parsePromotionSearch({ text, state, pages }: Record<string, unknown>): PromotionSearch {
  return {
    ...(typeof text === "string" && text ? { text } : {}),
    ...(states.some((one) => one === state) ? { state: state as PromotionState } : {}),
    ...(Array.isArray(pages) && pages.length > 0 ? { pages: pages.filter((page): page is string => typeof page === "string") } : {}),
  };
}

/** Parts of a promotion's screen, as the address names them. */
export const parts = ["settings", "result"] as const;
export type PromotionPart = (typeof parts)[number];

/** Reads the address of a promotion: its settings, where it asks for no part that there is. */
export function parsePromotionPart(search: Record<string, unknown>): { part?: "result" } {
  return search.part === "result" ? { part: "result" } : {};
}
