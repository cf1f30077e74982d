import { expect, it } from "vitest";

import type { AffectedOrder } from "../../data/types";
import { byBranch, commonOf, decisionsOf, tallyOf, withAll, type Chosen, type Decided, type Plan } from "./decision";

const order = (order_id: string, state: AffectedOrder["state"] = "accepted") => ({ order_id, state }) as AffectedOrder;
const chosen = (of: Record<string, Decided>): Chosen => new Map(Object.entries(of));
const plan = (of: Record<string, Decided>, reason = "", keepUnlisted = false): Plan => ({ chosen: chosen(of), reason, keepUnlisted });
const movable = ({ state }: AffectedOrder) => state === "accepted";

it("waits for a decision about each order that is shown", () => {
  expect(decisionsOf([order("a"), order("b")], 0, plan({ a: { choice: "keep" } }))).toBeUndefined();
  expect(decisionsOf([order("a"), order("b")], 0, plan({ a: { choice: "keep" }, b: { choice: "cancel" } }))).toEqual({
    orders: [{ order_id: "a", decision: "keep" }, { order_id: "b", decision: "cancel" }], keep_others: false,
  });
});

it("keeps orders that are not listed only when that was said", () => {
  expect(decisionsOf([order("a")], 60, plan({ a: { choice: "keep" } }))).toBeUndefined();
  expect(decisionsOf([order("a")], 60, plan({ a: { choice: "keep" } }, "", true))?.keep_others).toBe(true);
  expect(decisionsOf([order("a")], 0, plan({ a: { choice: "keep" } }, "", true))?.keep_others).toBe(false);
});

it("sends an order to its slot, or to the next free one, and waits for the reason", () => {
  const orders = [order("a"), order("b")];
  const both = { a: { choice: "move", slot: "2026-09-03T04:00:00Z" }, b: { choice: "move" } } as const;
  expect(decisionsOf(orders, 0, plan(both, " "))).toBeUndefined();
  expect(decisionsOf(orders, 0, plan(both, " 颱風假 "))).toEqual({
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

it("puts orders to their branches and counts those that are not listed", () => {
  const at = (order_id: string, branch_id: string) => ({ order_id, branch_id }) as AffectedOrder;
  const { branches, unlisted } = byBranch([at("a", "x"), at("b", "y"), at("c", "x")], 8);
  expect(branches.map(({ branch_id, orders }) => [branch_id, orders.map((one) => one.order_id)])).toEqual([["x", ["a", "c"]], ["y", ["b"]]]);
  expect(unlisted).toBe(5);
});
