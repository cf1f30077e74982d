import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { StreamEvent } from "./event-parser";
import { listen } from "./shared-stream";
import type { ConnectionOptions } from "./stream";

interface Connection {
  url: string;
  options: ConnectionOptions;
  isOpen: boolean;
}

const connections: Connection[] = [];
vi.mock("./stream", () => ({
  connect: (url: string, options: ConnectionOptions) => {
    const connection = { url, options, isOpen: true };
    connections.push(connection);
    return { close: () => (connection.isOpen = false) };
  },
}));

/** The Web Locks that Node lacks: one holder a name, the rest in order. */
function lockManager() {
  const queues = new Map<string, Promise<unknown>>();
  return {
    request(name: string, { signal }: { signal: AbortSignal }, held: () => Promise<void>) {
      const before = queues.get(name) ?? Promise.resolve();
      const turn = before.then(() => (signal.aborted ? undefined : held()));
      queues.set(name, turn);
      return turn;
    },
  };
}

const open = () => connections.filter((connection) => connection.isOpen);
const connected = (count: number) => vi.waitFor(() => expect(open()).toHaveLength(count));
let visibility = "visible";
let looked: (() => void)[] = [];

function look(at: "visible" | "hidden") {
  visibility = at;
  for (const listener of looked) listener();
}

beforeEach(() => {
  connections.length = 0;
  looked = [];
  visibility = "visible";
  vi.stubGlobal("navigator", { locks: lockManager() });
  vi.stubGlobal("document", {
    get visibilityState() {
      return visibility;
    },
    addEventListener: (_: string, listener: () => void) => looked.push(listener),
    removeEventListener: () => undefined,
  });
});
afterEach(() => vi.unstubAllGlobals());

describe("shared stream", () => {
  it("is one connection for all tabs of an address", async () => {
    const received: string[][] = [[], [], []];
    const tabs = received.map((into) => listen("/events", { onEvent: ({ data }) => into.push(data) }));
    await connected(1);
    open()[0]?.options.onEvent({ type: "order", data: "1", id: "a" });
    await vi.waitFor(() => expect(received).toEqual([["1"], ["1"], ["1"]]));
    expect(open()).toHaveLength(1);
    for (const tab of tabs) tab.close();
  });

  it("informs a tab that joins later that the connection is open", async () => {
    const first = listen("/later", { onEvent: () => undefined });
    await connected(1);
    open()[0]?.options.onState?.("open");
    const states: string[] = [];
    const second = listen("/later", { onEvent: () => undefined, onState: (state) => states.push(state) });
    await vi.waitFor(() => expect(states).toEqual(["open"]));
    first.close();
    second.close();
  });

  it("goes on after the last event when the connected tab closes", async () => {
    const received: StreamEvent[] = [];
    const first = listen("/next", { onEvent: () => undefined });
    const second = listen("/next", { onEvent: (event) => received.push(event) });
    await connected(1);
    open()[0]?.options.onEvent({ type: "order", data: "1", id: "a" });
    await vi.waitFor(() => expect(received).toHaveLength(1));
    first.close();
    await vi.waitFor(() => expect(open()[0]?.options.lastEventId).toBe("a"));
    expect(open()).toHaveLength(1);
    expect(received).toHaveLength(1);
    second.close();
    await connected(0);
  });

  it("is given up by a hidden tab, which reloads when it is looked at again", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const received: string[] = [];
    const tab = listen("/hidden", { onEvent: ({ type }) => received.push(type) });
    await vi.advanceTimersByTimeAsync(0);
    expect(open()).toHaveLength(1);
    look("hidden");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(open()).toHaveLength(0);
    look("visible");
    await vi.advanceTimersByTimeAsync(0);
    expect(open()).toHaveLength(1);
    expect(received).toEqual(["reload"]);
    tab.close();
    vi.useRealTimers();
  });

  it("is kept by a hidden tab that must receive everything", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const tab = listen("/board", { onEvent: () => undefined, whileHidden: "keep" });
    await vi.advanceTimersByTimeAsync(0);
    look("hidden");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(open()).toHaveLength(1);
    tab.close();
    vi.useRealTimers();
  });
});
