import { signal, type ReadonlySignal } from "@preact/signals";

/** A part of the app in a file of its own, loaded when or shortly before it is needed. */
export interface Later<Part> {
  part: ReadonlySignal<Part | undefined>;
  /** The last attempt has failed: no network, or a newer release has removed the file. */
  failed: ReadonlySignal<boolean>;
  /** Loads it unless it is loaded or loading; retries after a failure. Never rejects. */
  fetch: () => Promise<void>;
}

export function later<Part>(load: () => Promise<Part>): Later<Part> {
  const part = signal<Part | undefined>();
  const failed = signal(false);
  let underWay: Promise<void> | undefined;

  async function attempt(): Promise<void> {
    failed.value = false;
    try {
      part.value = await load();
    } catch {
      failed.value = true;
    }
    underWay = undefined;
  }

  return {
    part, failed,
    fetch: async () => {
      if (!part.peek()) await (underWay ??= attempt());
    },
  };
}

const IDLE_AT_LATEST_MS = 4_000;

/** Runs a task when the browser is idle; returns how to cancel it. */
export function whenIdle(task: () => void): () => void {
  if (!("requestIdleCallback" in globalThis)) {
    const timer = setTimeout(task, IDLE_AT_LATEST_MS / 2);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(task, { timeout: IDLE_AT_LATEST_MS });
  return () => cancelIdleCallback(handle);
}
