/** Parts of the screen, as the address names them. */
export const tabs = ["load", "rules"] as const;
export type LimitTab = (typeof tabs)[number];

/** The part an address asks for; 負載, when it asks for none that there is. */
export function parseLimitSearch(search: Record<string, unknown>): { tab?: LimitTab } {
  return search.tab === "rules" ? { tab: "rules" } : {};
}
