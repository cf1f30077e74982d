import { expect, it } from "vitest";

import type { DecisionOutcomes, OrderOutcome } from "../../data/types";
import { byBranch, isRecent, standingOf } from "./outcome";

const outcome = (order_id: string, branch_id: string, state: OrderOutcome["state"]) => ({ order_id, branch_id, state }) as OrderOutcome;

it("waits with all orders until the batch is known", () => {
  expect(standingOf(undefined, 3)).toEqual({ waiting: 3, done: 0, failed: 0 });
  const known = { batch: { waiting: 1, done: 1, failed: 1 }, orders: [] } as unknown as DecisionOutcomes;
  expect(standingOf(known, 3)).toEqual({ waiting: 1, done: 1, failed: 1 });
});

it("shows what failed first, branch by branch", () => {
  const orders = [outcome("a", "one", "done"), outcome("b", "two", "done"), outcome("c", "one", "failed"), outcome("d", "one", "waiting")];
  expect(byBranch(orders).map(({ branch_id, orders: of }) => [branch_id, of.map((one) => one.order_id)])).toEqual([
    ["one", ["c", "d", "a"]],
    ["two", ["b"]],
  ]);
});

it("keeps a line for a day, and for as long as something is under way", () => {
  const started_at = "2026-09-02T04:00:00Z";
  const at = (text: string) => Date.parse(text);
  expect(isRecent({ started_at, waiting: 0 }, at("2026-09-03T03:59:00Z"))).toBe(true);
  expect(isRecent({ started_at, waiting: 0 }, at("2026-09-03T04:00:00Z"))).toBe(false);
  expect(isRecent({ started_at, waiting: 1 }, at("2026-09-09T04:00:00Z"))).toBe(true);
});
