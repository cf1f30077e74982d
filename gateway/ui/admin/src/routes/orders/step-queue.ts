import { isUnanswered, newIdempotencyKey, type Problem } from "@yizhimai/api";

import { call, problemFrom } from "../../data/gateway";
import type { Order, OrderState, Transition } from "../../data/types";

/** A step someone took that the server has not answered yet; its key makes repeating harmless. */
export interface PendingStep {
  key: string;
  order_id: string;
  branch_id: string;
  pickup_number: string;
  from: OrderState;
  body: Transition;
}

interface Listeners {
  onDone: (step: PendingStep, order: Order) => void;
  onRefused: (step: PendingStep, problem: Problem) => void;
}

type Send = (step: PendingStep) => Promise<Order>;

const sendToGateway: Send = async (step) => {
  const { order } = await call("POST", "/api/admin/orders/{order_id}/transition", {
    path: { order_id: step.order_id }, body: step.body, key: step.key,
  });
  return order;
};

/**
 * State steps in the order they were taken. Without a line they stay here, over a reload too, and
 * go out with their own keys when it is back (docs/rules.md, A branch that goes on).
 */
export class StepQueue {
  #steps: readonly PendingStep[];
  #sending = false;
  readonly #watchers = new Set<() => void>();

  constructor(
    private readonly listeners: Listeners,
    private readonly send: Send = sendToGateway,
    private readonly storage: Pick<Storage, "getItem" | "setItem"> = localStorage,
    private readonly name = "yzm.steps",
  ) {
    this.#steps = JSON.parse(storage.getItem(name) ?? "[]") as PendingStep[];
  }

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  readonly steps = (): readonly PendingStep[] => this.#steps;

  /** Takes a step; it is sent at once if it can be. */
  add(order: Order, body: Omit<Transition, "version">): void {
    if (this.#steps.some((step) => step.order_id === order.order_id)) return;
    const { order_id, branch_id, pickup_number, state } = order;
    this.#keep([
      ...this.#steps,
      { key: newIdempotencyKey(), order_id, branch_id, pickup_number, from: state, body: { ...body, version: order.version } },
    ]);
    void this.flush();
  }

  /** Sends what waits, oldest first; stops at the first that gets no answer. */
  async flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let step = this.#steps[0]; step; step = this.#steps[0]) {
        const sent = step;
        try {
          const order = await this.send(sent);
          this.#drop(sent);
          this.listeners.onDone(sent, order);
        } catch (thrown) {
          const problem = problemFrom(thrown);
          if (isUnanswered(problem)) return;
          this.#drop(sent);
          this.listeners.onRefused(sent, problem);
        }
      }
    } finally {
      this.#sending = false;
    }
  }

  #drop(sent: PendingStep): void {
    this.#keep(this.#steps.filter((step) => step.key !== sent.key));
  }

  #keep(steps: readonly PendingStep[]): void {
    this.#steps = steps;
    this.storage.setItem(this.name, JSON.stringify(steps));
    for (const watcher of this.#watchers) watcher();
  }
}
