import { signal } from "@preact/signals";

/** The present, fresh to half a minute: enough for 「今天」, opening hours and waiting times. */
export const now = signal(new Date());

setInterval(() => {
  now.value = new Date();
}, 30_000);
