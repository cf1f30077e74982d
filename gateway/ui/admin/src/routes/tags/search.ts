/** What the address of the tags says. */
export interface TagsSearch {
  tab?: "batches";
  /** Archived ones too. */
  archived?: boolean;
  pages?: string[];
}

/** Reads an address; what it cannot mean is left out. */
export function parseTagsSearch({ tab, archived, pages }: Record<string, unknown>): TagsSearch {
  return {
    ...(tab === "batches" ? { tab } : {}),
    ...(archived === true ? { archived } : {}),
    ...(Array.isArray(pages) && pages.length > 0 ? { pages: pages.filter((page): page is string => typeof page === "string") } : {}),
  };
}
