import { useCallback, useEffect, useRef, useState } from "react";

import { ringUntilStopped } from "../../live/bell";
import type { Order } from "../../data/types";

/** New orders nobody has looked at on this device; rings while there is one. */
export function useUnseen(orders: readonly Order[] | undefined) {
  const seen = useRef<Set<string>>(undefined);
  const [, bump] = useState(0);
  const placed = orders?.filter((order) => order.state === "placed") ?? [];
  // What was on the board when it was opened has been looked at by opening it.
  if (orders && !seen.current) seen.current = new Set(placed.map((order) => order.order_id));
  const unseen = new Set(placed.map((order) => order.order_id).filter((id) => !seen.current?.has(id)));
  const ringing = unseen.size > 0;

  useEffect(() => (ringing ? ringUntilStopped() : undefined), [ringing]);

  const see = useCallback((ids: Iterable<string>) => {
    for (const id of ids) seen.current?.add(id);
    bump((count) => count + 1);
  }, []);
  return { unseen, see };
}
