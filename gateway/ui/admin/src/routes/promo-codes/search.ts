import type { PromoCodeState } from "../../data/benefit-types";

export const states = ["enabled", "disabled", "scheduled", "ended", "used_up"] as const satisfies readonly PromoCodeState[];

/** What the list's address says: filters and the pages walked. */
export interface PromoCodeSearch {
  text?: string;
  state?: PromoCodeState;
  pages?: string[];
}

/** Reads an address; what it cannot mean is left out. */
export function parsePromoCodeSearch({ text, state, pages }: Record<string, unknown>): PromoCodeSearch {
  return {
    ...(typeof text === "string" && text ? { text } : {}),
    ...(states.some((one) => one === state) ? { state: state as PromoCodeState } : {}),
    ...(Array.isArray(pages) && pages.length > 0 ? { pages: pages.filter((page): page is string => typeof page === "string") } : {}),
  };
}
