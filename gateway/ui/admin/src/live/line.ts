import { listen, type StreamEvent, type StreamOptions } from "@yizhimai/api";
import { useEffect, useRef, useState } from "react";

const LOOK_EVERY_MS = 2_000;
const ANSWER_WITHIN_MS = 2_000;

export interface Line {
  /** The gateway answers; false within five seconds of a dropped line. */
  up: boolean;
}

async function answers(): Promise<boolean> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), ANSWER_WITHIN_MS);
  try {
    const answer = await fetch("/admin/", { method: "HEAD", cache: "no-store", signal: abort.signal });
    return answer.status < 500;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Listens to a branch's events and keeps an eye on the line itself: a stream alone would notice a
 * dead network only after its heartbeat is overdue, which is too late for a counter.
 */
export function useLine(
  branchId: string,
  onEvent: (event: StreamEvent) => void,
  onBack: () => void,
  whileHidden: StreamOptions["whileHidden"] = "release",
): Line {
  const [up, setUp] = useState(true);
  const handlers = useRef({ onEvent, onBack });
  handlers.current = { onEvent, onBack };

  useEffect(() => {
    let was = true;
    let heardAt = Date.now();
    let opened = false;
    const become = (now: boolean) => {
      if (now && !was) handlers.current.onBack();
      was = now;
      setUp(now);
    };
    const stream = listen(`/api/admin/branches/${branchId}/events`, {
      whileHidden,
      onEvent: (event) => {
        heardAt = Date.now();
        handlers.current.onEvent(event);
      },
      onState: (state) => {
        if (state !== "open") return;
        heardAt = Date.now();
        if (opened) handlers.current.onBack();
        opened = true;
        become(true);
      },
    });
    const look = async () => {
      if (Date.now() - heardAt < LOOK_EVERY_MS) return;
      become(navigator.onLine && (await answers()));
    };
    const timer = setInterval(() => void look(), LOOK_EVERY_MS);
    const lost = () => become(false);
    addEventListener("offline", lost);
    return () => {
      clearInterval(timer);
      removeEventListener("offline", lost);
      stream.close();
    };
  }, [branchId, whileHidden]);
  return { up };
}
