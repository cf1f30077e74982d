import type { StreamEvent } from "./event-parser";
import { connect, type ConnectionOptions, type Stream, type StreamState } from "./stream";

export interface StreamOptions extends Omit<ConnectionOptions, "lastEventId"> {
  /** A hidden tab gives the stream up after a while unless it must receive everything, like the order board. */
  whileHidden?: "keep" | "release";
}

/** What tabs that share a stream say to each other. */
interface Message {
  event?: StreamEvent;
  state?: StreamState;
  /** A tab has joined and wants to know the state. */
  joined?: boolean;
}

const RELEASE_AFTER_MS = 5_000;

/**
 * Listens to server-sent events until closed. All tabs of a browser that listen to one address share
 * one connection: browsers open six to a host, and eight tabs would leave none for anything else. The
 * tab that holds the lock is connected and passes events on; when it goes, the next one takes over
 * after the last event it knows.
 */
export function listen(url: string, options: StreamOptions): Stream {
  const locks = typeof navigator === "undefined" ? undefined : navigator.locks;
  if (!locks || typeof BroadcastChannel === "undefined") return connect(url, options);

  const name = `stream:${url}`;
  const channel = new BroadcastChannel(name);
  let lastEventId = "";
  let state: StreamState | undefined;
  let leave: (() => void) | undefined;
  let isConnected = false;
  let isClosed = false;

  const say = (message: Message) => {
    // The connection ends a moment after the channel, and says so.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is its own origin's
    if (!isClosed) channel.postMessage(message);
  };
  const onEvent = (event: StreamEvent) => {
    if (event.id !== undefined) lastEventId = event.id;
    options.onEvent(event);
  };
  const onState = (now: StreamState) => {
    state = now;
    options.onState?.(now);
  };
  channel.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if (data.joined && isConnected && state) say({ state });
    if (!leave || isConnected) return;
    if (data.event) onEvent(data.event);
    if (data.state) onState(data.state);
  });

  /** Holds the one connection until it is ended. */
  function hold(ended: Promise<void>): Promise<void> {
    isConnected = true;
    const connection = connect(url, {
      ...options,
      lastEventId,
      onEvent: (event) => {
        onEvent(event);
        say({ event });
      },
      onState: (now) => {
        onState(now);
        say({ state: now });
      },
    });
    return ended.then(() => {
      isConnected = false;
      connection.close();
    });
  }

  function join(): void {
    const waiting = new AbortController();
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    leave = () => {
      leave = undefined;
      end();
      waiting.abort();
    };
    say({ joined: true });
    // Refused only when it was ended while waiting for its turn.
    locks?.request(name, { signal: waiting.signal }, () => hold(ended)).catch(() => undefined);
  }

  let release: ReturnType<typeof setTimeout> | undefined;
  const looked = () => {
    clearTimeout(release);
    if (document.visibilityState === "hidden") {
      release = setTimeout(() => leave?.(), RELEASE_AFTER_MS);
    } else if (!leave) {
      join();
      // What happened meanwhile was passed on to others only.
      options.onEvent({ type: "reload", data: "" });
    }
  };
  if (options.whileHidden !== "keep") document.addEventListener("visibilitychange", looked);
  join();
  return {
    close() {
      clearTimeout(release);
      document.removeEventListener("visibilitychange", looked);
      leave?.();
      isClosed = true;
      channel.close();
    },
  };
}
