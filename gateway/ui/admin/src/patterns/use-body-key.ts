import { useRef } from "react";

import { newIdempotencyKey } from "../data/gateway";

/** An idempotency key for each body: sending the same again repeats its key, a changed one is another request. */
export function useBodyKey(): (body: unknown) => string {
  const last = useRef<{ text: string; key: string }>(undefined);
  return (body) => {
    const text = JSON.stringify(body);
    if (last.current?.text !== text) last.current = { text, key: newIdempotencyKey() };
    return last.current.key;
  };
}
