/** A search of an address without what says nothing. */
export function withoutEmpty<S extends object>(search: S): S {
  const kept = Object.entries(search).filter(([, value]) => value !== undefined && value !== "" && value !== false && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(kept) as S;
}

/** Reads the text parameters of an address that have the form they should. */
export function textsIn<N extends string>(search: Record<string, unknown>, patterns: Record<N, RegExp>): Partial<Record<N, string>> {
  const found: Partial<Record<N, string>> = {};
  for (const name of Object.keys(patterns) as N[]) {
    const value = search[name];
    if (typeof value === "string" && patterns[name].test(value)) found[name] = value;
  }
  return found;
}

/** Reads lists of ids of an address, each at most so many; what is no id is left out. */
export function idsIn<N extends string>(search: Record<string, unknown>, most: Record<N, number>): Partial<Record<N, string[]>> {
  const found: Partial<Record<N, string[]>> = {};
  for (const name of Object.keys(most) as N[]) {
    const value = search[name];
    const ids = Array.isArray(value) ? value.filter((one): one is string => typeof one === "string" && ID.test(one)).slice(0, most[name]) : [];
    if (ids.length > 0) found[name] = ids;
  }
  return found;
}

/** The tokens of the pages walked, as an address says them. */
export function pagesIn({ pages }: Record<string, unknown>): { pages?: string[] } {
  if (!Array.isArray(pages) || pages.length === 0) return {};
  return { pages: pages.filter((page): page is string => typeof page === "string") };
}

export const DATE = /^\d{4}-\d{2}-\d{2}$/u;
export const ID = /^[\da-f-]{36}$/u;
