import { signal } from "@preact/signals";

/** The present, fresh to half a minute: enough for 「今天」, opening hours and waiting times. */
export const now = signal(new Date());

/** Hours begin and end without an event: that is seen after this long. */
export const REFRESH_MS = 60_000;

setInterval(() => {
  now.value = new Date();
}, 30_000);
