import { expect, it } from "vitest";

import type { AffectedOrder } from "../../data/types";
import { commonOf, decisionsOf, tallyOf, withAll, type Chosen, type Decided } from "./decision";

const order = (order_id: string, state: AffectedOrder["state"] = "accepted") => ({ order_id, state }) as AffectedOrder;
const chosen = (of: Record<string, Decided>): Chosen => new Map(Object.entries(of));
const movable = ({ state }: AffectedOrder) => state === "accepted";

it("waits for a decision about each order that is shown", () => {
  expect(decisionsOf([order("a"), order("b")], chosen({ a: { choice: "keep" } }), 2, "")).toBeUndefined();
  expect(decisionsOf([order("a"), order("b")], chosen({ a: { choice: "keep" }, b: { choice: "cancel" } }), 2, "")).toEqual({
    orders: [{ order_id: "a", decision: "keep" }, { order_id: "b", decision: "cancel" }], keep_others: false,
  });
  expect(decisionsOf([order("a")], chosen({ a: { choice: "keep" } }), 260, "")?.keep_others).toBe(true);
});

it("sends an order to its slot, or to the next with room, and waits for the reason", () => {
  const orders = [order("a"), order("b")];
  const both = chosen({ a: { choice: "move", slot: "2026-09-03T04:00:00Z" }, b: { choice: "move" } });
  expect(decisionsOf(orders, both, 2, " ")).toBeUndefined();
  expect(decisionsOf(orders, both, 2, " 颱風假 ")).toEqual({
    orders: [{ order_id: "a", decision: "move", wanted_at: "2026-09-03T04:00:00Z" }, { order_id: "b", decision: "move_next" }], keep_others: false, move_reason: "颱風假",
  });
});

it("decides a whole branch at once, but for what is being made", () => {
  const orders = [order("a"), order("b", "preparing"), order("c")];
  const before = chosen({ c: { choice: "move", slot: "2026-09-03T04:00:00Z" }, elsewhere: { choice: "keep" } });
  const moved = withAll(before, orders, "move", movable);
  expect(tallyOf(orders, moved)).toEqual({ keep: 0, move: 2, cancel: 0, open: 1 });
  expect(moved.get("c")?.slot).toBe("2026-09-03T04:00:00Z");
  expect(moved.get("elsewhere")).toEqual({ choice: "keep" });
  expect(commonOf(orders, moved)).toBeUndefined();

  const kept = withAll(moved, orders, "keep", movable);
  expect(commonOf(orders, kept)).toBe("keep");
  expect(withAll(kept, [order("c")], "move", movable).get("c")).toEqual({ choice: "move" });
});
