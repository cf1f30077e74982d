import { ProblemError, problemOf } from "@yizhimai/api";
import { expect, it, vi } from "vitest";

import { order } from "../../../mock/fixtures";
import { StepQueue, type PendingStep } from "./step-queue";

function memory() {
  const kept = new Map<string, string>();
  return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
}

const listeners = () => ({ onDone: vi.fn(), onRefused: vi.fn() });

it("sends a step with its version and forgets it when answered", async () => {
  const callbacks = listeners();
  const send = vi.fn(async (_: PendingStep) => order({ state: "accepted" }));
  const queue = new StepQueue(callbacks, send, memory());
  queue.add(order({ version: 3 }), { to: "accepted" });
  await vi.waitFor(() => expect(queue.steps()).toEqual([]));
  expect(send.mock.calls[0]?.[0].body).toEqual({ to: "accepted", version: 3 });
  expect(callbacks.onDone).toHaveBeenCalledOnce();
});

it("keeps a step without an answer over a reload and repeats it with the same key", async () => {
  const storage = memory();
  const lost = new StepQueue(listeners(), async () => Promise.reject(new TypeError("network")), storage);
  lost.add(order(), { to: "accepted" });
  await lost.flush();
  const [kept] = lost.steps();

  const send = vi.fn(async (_: PendingStep) => order({ state: "accepted" }));
  const back = new StepQueue(listeners(), send, storage);
  await back.flush();
  expect(send.mock.calls[0]?.[0].key).toBe(kept?.key);
  expect(back.steps()).toEqual([]);
});

it("drops a refused step, reports why, and goes on with the next", async () => {
  const callbacks = listeners();
  const send = vi
    .fn<(step: PendingStep) => Promise<ReturnType<typeof order>>>()
    .mockRejectedValueOnce(new ProblemError(problemOf({ reason: "ILLEGAL_TRANSITION" }, 409)))
    .mockResolvedValueOnce(order());
  const queue = new StepQueue(callbacks, send, memory());
  queue.add(order({ order_id: "one" }), { to: "accepted" });
  queue.add(order({ order_id: "two" }), { to: "accepted" });
  await vi.waitFor(() => expect(queue.steps()).toEqual([]));
  expect(callbacks.onRefused.mock.calls[0]?.[1].reason).toBe("ILLEGAL_TRANSITION");
  expect(callbacks.onDone).toHaveBeenCalledOnce();
});

it("takes one step of an order at a time, so that a double tap is one", () => {
  const queue = new StepQueue(listeners(), async () => new Promise(() => undefined), memory());
  queue.add(order(), { to: "accepted" });
  queue.add(order(), { to: "accepted" });
  expect(queue.steps()).toHaveLength(1);
});
