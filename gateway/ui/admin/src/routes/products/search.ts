import type { Display } from "../../data/types";

/** What the product list's address says: filters and the pages walked. */
export interface ProductSearch {
  category_id?: string;
  text?: string;
  display?: Display;
  pages?: string[];
}

const displays: readonly string[] = ["listed", "hidden", "delisted"];

/** Reads an address; what it cannot mean is left out. */
export function parseProductSearch(search: Record<string, unknown>): ProductSearch {
  const { category_id, text, display, pages } = search;
  return {
    ...(typeof category_id === "string" ? { category_id } : {}),
    ...(typeof text === "string" && text ? { text } : {}),
    ...(typeof display === "string" && displays.includes(display) ? { display: display as Display } : {}),
    ...(Array.isArray(pages) && pages.length > 0 ? { pages: pages.filter((page): page is string => typeof page === "string") } : {}),
  };
}
