import type { Branch, Order, OrderEvent, OrderState, Reschedule, StockMovement, TestOrderStep, Transition } from "../src/data/types";
import { id, makeOrder, next, seed, type State } from "./seed";

/** A refusal as the gateway would answer it. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    readonly params: Record<string, string> = {},
    readonly fields: { field: string; reason: string; params: Record<string, string> }[] = [],
  ) {
    super(reason);
  }
}

/** One problem at one field. */
export function badField(field: string, reason: string, params: Record<string, string> = {}): Refusal {
  return new Refusal(reason === "CODE_TAKEN" ? 409 : 400, reason, {}, [{ field, reason, params }]);
}

/** Finds a thing or answers that there is none. */
export function found<V>(value: V | undefined): V {
  if (value === undefined) throw new Refusal(404, "NOT_FOUND");
  return value;
}

/** Refuses what was read at another version. */
export function sameVersion(held: { version: number }, version: number | undefined): void {
  if (version !== held.version) throw new Refusal(409, "VERSION_CONFLICT", { expected: String(version), actual: String(held.version) });
}

const PASSWORD_FRESH_MS = 5 * 60_000;

/** Refuses where the password was not entered lately. */
export function requirePassword({ authenticatedAt }: { authenticatedAt: number }): void {
  if (Date.now() - authenticatedAt > PASSWORD_FRESH_MS) throw new Refusal(401, "REAUTH_REQUIRED");
}

/** Every fifth quarter of an hour is full. */
export function isFull(startsAt: string): boolean {
  return Math.floor(Date.parse(startsAt) / 900_000) % 5 === 2;
}

/** The platform in memory: what screens change stays changed until the server restarts. */
export class World {
  readonly state: State;
  readonly events = new Map<string, OrderEvent[]>();
  readonly movements = new Map<string, StockMovement[]>();
  readonly menus = new Map<string, { menu_version_id: string; branch_id: string; number: number; published_at: string; published_by: string; product_count: number }[]>();
  readonly #before = new Map<string, Order>();
  readonly #listeners = new Map<string, Set<(event: string) => void>>();
  #sequence = 0;
  failures = 0;
  /** When the password was entered last; nobody knows after a restart. */
  authenticatedAt = 0;

  constructor(orders: number) {
    this.state = seed(orders);
    for (const order of this.state.orders.values()) this.#record(order, "placed", "customer");
  }

  listen(branchId: string, listener: (event: string) => void): () => void {
    const all = this.#listeners.get(branchId) ?? new Set();
    this.#listeners.set(branchId, all.add(listener));
    return () => all.delete(listener);
  }

  emit(branchId: string, type: string, data: unknown): void {
    this.#sequence += 1;
    for (const listener of this.#listeners.get(branchId) ?? []) listener(`id: mock-${String(this.#sequence)}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  customerOrders(): void {
    const branch = this.state.branches[0] as Branch;
    this.#place(makeOrder(this.state, branch, this.state.orders.size, Date.now()));
  }

  #place(order: Order): void {
    this.state.orders.set(order.order_id, order);
    this.#record(order, "placed", "customer");
    this.emit(order.branch_id, "order", { order_id: order.order_id, state: order.state, version: order.version });
  }

  transition(orderId: string, step: Transition): Order {
    const order = found(this.state.orders.get(orderId));
    if (!order.next_states.includes(step.to)) throw new Refusal(409, "ILLEGAL_TRANSITION", { state: order.state });
    sameVersion(order, step.version);
    if ((step.to === "cancelled" || step.to === "rejected") && !step.cancel_reason) throw new Refusal(400, "REASON_REQUIRED");
    if (step.to === "completed" && order.paid < order.total && !step.cash_received && !step.override_payment) throw new Refusal(422, "PAYMENT_DUE");
    this.#before.set(orderId, order);
    const now = new Date().toISOString();
    const closed = ["completed", "cancelled", "rejected", "no_show"].includes(step.to);
    const undoable = !closed || step.to === "completed";
    return this.#put({
      ...order, state: step.to, version: order.version + 1, next_states: next[step.to], paid: step.cash_received ? order.total : order.paid,
      accepted_at: order.accepted_at ?? now, ready_at: step.to === "ready" ? now : order.ready_at, completed_at: closed ? now : null,
      cancel_reason: step.cancel_reason ?? null, cancel_text: step.reason ?? "", undo_until: undoable ? new Date(Date.now() + 10_000).toISOString() : null,
    }, step.reason ?? "");
  }

  undo(orderId: string, version: number): Order {
    const order = found(this.state.orders.get(orderId));
    sameVersion(order, version);
    const before = this.#before.get(orderId);
    if (!before || !order.undo_until || Date.parse(order.undo_until) < Date.now()) throw new Refusal(409, "ILLEGAL_TRANSITION", { state: order.state });
    this.#before.delete(orderId);
    return this.#put({ ...before, version: order.version + 1, undo_until: null });
  }

  reschedule(orderId: string, { version, wanted_at, reason }: Reschedule): Order {
    const order = found(this.state.orders.get(orderId));
    sameVersion(order, version);
    if (!["pending_payment", "placed", "accepted"].includes(order.state)) throw new Refusal(409, "ILLEGAL_TRANSITION", { state: order.state });
    if (isFull(wanted_at)) throw new Refusal(409, "SLOT_FULL");
    const moved = { ...order, version: version + 1, wanted_at, promised_at: wanted_at, rescheduled_from: order.promised_at ?? null, reschedule_reason: reason, undo_until: null };
    return this.#put(moved, reason, { promised_before: order.promised_at ?? null, promised_after: wanted_at });
  }

  /** What a test order has shown so far; empty for any other. */
  testSteps(orderId: string): TestOrderStep[] {
    const order = found(this.state.orders.get(orderId));
    if (!order.test) return [];
    const events = this.events.get(orderId) ?? [];
    const steps = (["placed", "accepted", "preparing", "ready", "paid", "completed"] as const).map((step) => {
      const reached = events.find(({ to }) => to === (step === "paid" ? "completed" : step));
      return { step, reached_at: step === "paid" && order.paid < order.total ? null : (reached?.at ?? null) };
    });
    const last = steps.findLastIndex(({ step, reached_at }) => step !== "paid" && reached_at !== null);
    const closed = order.next_states.length === 0;
    return steps.map(({ step, reached_at }, place) => ({ step, reached_at, outcome: reached_at ? "reached" : closed || place < last ? "missed" : "waiting" }));
  }

  #put(order: Order, reason?: string, part: Partial<OrderEvent> = {}): Order {
    this.state.orders.set(order.order_id, order);
    this.#record(order, order.state, "staff", reason, part);
    this.emit(order.branch_id, "order", { order_id: order.order_id, state: order.state, version: order.version });
    return order;
  }

  #record(order: Order, to: OrderState, actor_kind: string, reason = "", part: Partial<OrderEvent> = {}): void {
    const all = this.events.get(order.order_id) ?? [];
    const entry: OrderEvent = { version: order.version, from: all.at(-1)?.to ?? null, to, actor: actor_kind === "staff" ? "陳老闆" : "", actor_kind, at: new Date().toISOString(), reason, promised_before: null, promised_after: null, ...part };
    this.events.set(order.order_id, [...all, entry]);
  }

  fresh(): string {
    return id();
  }
}
