/** Parts of the screen, as the address names them. */
export const tabs = ["week", "days", "history"] as const;
export type HoursTab = (typeof tabs)[number];

/** The part an address asks for; the week, when it asks for none that there is. */
export function parseHoursSearch(search: Record<string, unknown>): { tab?: HoursTab } {
  const tab = tabs.find((one) => one === search.tab);
  return tab && tab !== "week" ? { tab } : {};
}
