const KEY = "yzm.test";

/** Staff opens the shop with `?test`; from then on what this tab orders is a test. */
export function noteTestMode(): void {
  if (location.search === "?test") sessionStorage.setItem(KEY, "1");
}

export function isTestMode(): boolean {
  try {
    return sessionStorage.getItem(KEY) === "1";
  } catch {
    return false; // A browser that keeps nothing has not kept this either.
  }
}
