import type { CouponState, CouponTemplateState } from "../../data/benefit-types";

export const states = ["draft", "active", "stopped", "ended"] as const satisfies readonly CouponTemplateState[];
export const couponStates = ["unused", "held", "used", "expired", "voided", "transferred"] as const satisfies readonly CouponState[];

/** What the list's address says: filters and the pages walked. */
export interface TemplateSearch {
  text?: string;
  state?: CouponTemplateState;
  pages?: string[];
}

/** Reads an address; what it cannot mean is left out. */
export function parseTemplateSearch({ text, state, pages }: Record<string, unknown>): TemplateSearch {
  return {
    ...(typeof text === "string" && text ? { text } : {}),
    ...(states.some((one) => one === state) ? { state: state as CouponTemplateState } : {}),
    ...(Array.isArray(pages) && pages.length > 0 ? { pages: pages.filter((page): page is string => typeof page === "string") } : {}),
  };
}

/** Parts of a template's screen, as the address names them. */
export const parts = ["settings", "coupons", "giving"] as const;
export type TemplatePart = (typeof parts)[number];

/** What a template's address says: its settings, where it asks for no part that there is. */
export interface CouponSearch {
  part?: "coupons" | "giving";
  state?: CouponState;
  pages?: string[];
}

export function parseCouponSearch({ part, state, pages }: Record<string, unknown>): CouponSearch {
  return {
    ...(part === "coupons" || part === "giving" ? { part } : {}),
    ...(couponStates.some((one) => one === state) ? { state: state as CouponState } : {}),
    ...(Array.isArray(pages) && pages.length > 0 ? { pages: pages.filter((page): page is string => typeof page === "string") } : {}),
  };
}
