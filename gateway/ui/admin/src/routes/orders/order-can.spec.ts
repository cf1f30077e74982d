import { describe, expect, it } from "vitest";

import { me, order } from "../../../mock/fixtures";
import { canReschedule, isDue, onlyMakes, orderCan } from "./order-can";
import { texts } from "./texts";

describe("orderCan", () => {
  it("offers only the moves the server names", () => {
    const placed = order({ state: "placed", next_states: ["accepted", "rejected"] });
    expect(orderCan.accept(placed, me())).toEqual({ ok: true, to: "accepted" });
    expect(orderCan.prepare(placed, me())).toEqual({ ok: false, why: undefined });
    expect(orderCan.complete(placed, me())).toEqual({ ok: false, why: undefined });
  });

  it("rejects a new order and cancels an accepted one", () => {
    const placed = order({ state: "placed", next_states: ["accepted", "rejected", "cancelled"] });
    const accepted = order({ state: "accepted", next_states: ["preparing", "cancelled"] });
    expect(orderCan.cancel(placed, me())).toEqual({ ok: true, to: "rejected" });
    expect(orderCan.cancel(accepted, me())).toEqual({ ok: true, to: "cancelled" });
  });

  it("says that a late cancellation is not granted", () => {
    const accepted = order({ state: "accepted", next_states: ["preparing", "cancelled"] });
    expect(orderCan.cancel(accepted, me({ actions: [] }))).toEqual({ ok: false, why: texts.cancelLateNotGranted });
  });

  it("lets who may only look do nothing, and says so", () => {
    const placed = order({ state: "placed", next_states: ["accepted", "rejected"] });
    const viewer = me({ permissions: { "ops.orders": "view" } });
    expect(orderCan.accept(placed, viewer)).toEqual({ ok: false, why: texts.viewOnly });
    expect(orderCan.cancel(placed, viewer)).toEqual({ ok: false, why: texts.viewOnly });
  });

  it("offers the kitchen what the server names, and no other time", () => {
    const kitchen = me({ permissions: { "ops.orders": "operate" }, actions: [] });
    expect([kitchen, me(), me({ permissions: { "ops.orders": "view" } })].map(onlyMakes)).toEqual([true, false, false]);
    const accepted = order({ state: "accepted", next_states: ["preparing"] });
    expect(orderCan.prepare(accepted, kitchen)).toEqual({ ok: true, to: "preparing" });
    expect(orderCan.cancel(accepted, kitchen)).toEqual({ ok: false, why: undefined });
    expect(orderCan.accept(order({ next_states: [] }), kitchen)).toEqual({ ok: false, why: undefined });
    expect(canReschedule(accepted, kitchen)).toBeUndefined();
  });

  it("reopens only what is completed and granted", () => {
    const done = order({ state: "completed", next_states: ["preparing"] });
    expect(orderCan.prepare(done, me())).toEqual({ ok: false, why: undefined });
    expect(orderCan.reopen(done, me())).toEqual({ ok: true, to: "preparing" });
    expect(orderCan.reopen(done, me({ actions: [] }))).toEqual({ ok: false, why: texts.reopenNotGranted });
  });

  it("gives another time until an order is being made", () => {
    expect(canReschedule(order({ state: "accepted" }), me())).toEqual({ ok: true });
    expect(canReschedule(order({ state: "accepted" }), me({ permissions: { "ops.orders": "view" } }))).toEqual({ ok: false, why: texts.viewOnly });
    for (const state of ["preparing", "ready", "completed", "cancelled"] as const) expect(canReschedule(order({ state }), me())).toBeUndefined();
  });

  it("knows when money is still to come", () => {
    expect(isDue(order({ total: 125, paid: 0 }))).toBe(true);
    expect(isDue(order({ total: 125, paid: 125 }))).toBe(false);
  });
});
