import { createEventParser, type StreamEvent } from "./event-parser";

export type StreamState = "connecting" | "open" | "waiting";

export interface ConnectionOptions {
  onEvent: (event: StreamEvent) => void;
  onState?: (state: StreamState) => void;
  /** After this long without a byte (heartbeats come each 15 s) the connection counts as dead. */
  silenceMs?: number;
  /** Id of the last event known already; what came after it is sent first. */
  lastEventId?: string;
}

export interface Stream {
  close: () => void;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** How long to wait before the nth attempt; grows to half a minute and is spread so that phones don't return together. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return ceiling / 2 + (random() * ceiling) / 2;
}

/**
 * A connection of this tab's own, until closed. Unlike `EventSource` it also comes back after an
 * HTTP error, notices a silent connection, and returns at once when the page is looked at again.
 */
export function connect(url: string, options: ConnectionOptions): Stream {
  const silenceMs = options.silenceMs ?? 40_000;
  let lastEventId = options.lastEventId ?? "";
  let attempt = 0;
  let closed = false;
  let abort = new AbortController();
  let wake: (() => void) | undefined;

  async function readOnce(): Promise<void> {
    abort = new AbortController();
    let silence: ReturnType<typeof setTimeout> | undefined;
    const noteActivity = () => {
      clearTimeout(silence);
      silence = setTimeout(() => abort.abort(), silenceMs);
    };
    noteActivity();
    try {
      const headers: Record<string, string> = { accept: "text/event-stream" };
      if (lastEventId) headers["last-event-id"] = lastEventId;
      const response = await fetch(url, { headers, signal: abort.signal, cache: "no-store", credentials: "same-origin" });
      if (!response.ok || !response.body) return;
      attempt = 0;
      options.onState?.("open");
      const parse = createEventParser((event) => {
        if (event.id !== undefined) lastEventId = event.id;
        options.onEvent(event);
      });
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        noteActivity();
        parse(decoder.decode(value, { stream: true }));
      }
    } finally {
      clearTimeout(silence);
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    while (!closed) {
      options.onState?.("connecting");
      await readOnce().catch(() => undefined);
      if (closed) return;
      options.onState?.("waiting");
      await pause(backoffMs(attempt));
      attempt += 1;
    }
  }

  const returned = () => {
    if (document.visibilityState === "visible") wake?.();
  };
  addEventListener("online", returned);
  document.addEventListener("visibilitychange", returned);
  void run();
  return {
    close() {
      closed = true;
      removeEventListener("online", returned);
      document.removeEventListener("visibilitychange", returned);
      abort.abort();
      wake?.();
    },
  };
}
