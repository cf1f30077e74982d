import { signal } from "@preact/signals";

/** The present time, updated every 30 s: enough for 「今天」, opening hours and waiting times. */
export const now = signal(new Date());

/** Hours begin and end without an event, so the state is refreshed at this interval. */
export const REFRESH_MS = 60_000;

setInterval(() => {
  now.value = new Date();
}, 30_000);
