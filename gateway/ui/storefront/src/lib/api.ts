import { createApi } from "@yizhimai/api";

export const api = createApi();

/** When a document came from the service worker's cache: the time it was stored. */
export function cachedAt(response: Response): string | undefined {
  return response.headers.get("x-cached-at") ?? undefined;
}
