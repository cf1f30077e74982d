import { expect, it } from "vitest";

import type { AffectedOrder } from "../../data/types";
import { byBranch, commonOf, decisionsOf, tallyOf, withAll, type Chosen, type Decided, type Plan } from "./decision";

const order = (order_id: string, state: AffectedOrder["state"] = "accepted") => ({ order_id, state }) as AffectedOrder;
const chosen = (of: Record<string, Decided>): Chosen => new Map(Object.entries(of));
const plan = (of: Record<string, Decided>, reason = "", keepUnlisted = false): Plan => ({ chosen: chosen(of), reason, keepUnlisted });
const reschedulable = ({ state }: AffectedOrder) => state === "accepted";

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
  const both = { a: { choice: "reschedule", slot: "2026-09-03T04:00:00Z" }, b: { choice: "reschedule" } } as const;
  expect(decisionsOf(orders, 0, plan(both, " "))).toBeUndefined();
  expect(decisionsOf(orders, 0, plan(both, " 颱風假 "))).toEqual({
    orders: [{ order_id: "a", decision: "reschedule", wanted_at: "2026-09-03T04:00:00Z" }, { order_id: "b", decision: "reschedule_next" }], keep_others: false, reschedule_reason: "颱風假",
  });
});

it("decides a whole branch at once, but for what is being made", () => {
  const orders = [order("a"), order("b", "preparing"), order("c")];
  const before = chosen({ c: { choice: "reschedule", slot: "2026-09-03T04:00:00Z" }, elsewhere: { choice: "keep" } });
  const all = withAll(before, orders, "reschedule", reschedulable);
  expect(tallyOf(orders, all)).toEqual({ keep: 0, reschedule: 2, cancel: 0, open: 1 });
  expect(all.get("c")?.slot).toBe("2026-09-03T04:00:00Z");
  expect(all.get("elsewhere")).toEqual({ choice: "keep" });
  expect(commonOf(orders, all)).toBeUndefined();

  const kept = withAll(all, orders, "keep", reschedulable);
  expect(commonOf(orders, kept)).toBe("keep");
  expect(withAll(kept, [order("c")], "reschedule", reschedulable).get("c")).toEqual({ choice: "reschedule" });
});

it("puts orders to their branches and counts those that are not listed", () => {
  const at = (order_id: string, branch_id: string) => ({ order_id, branch_id }) as AffectedOrder;
  const { branches, unlisted } = byBranch([at("a", "x"), at("b", "y"), at("c", "x")], 8);
  expect(branches.map(({ branch_id, orders }) => [branch_id, orders.map((one) => one.order_id)])).toEqual([["x", ["a", "c"]], ["y", ["b"]]]);
  expect(unlisted).toBe(5);
});
