import type { DecisionOutcomes, OrderOutcome } from "../../data/types";

/** How far the decisions of a batch are. */
export interface Standing {
  waiting: number;
  done: number;
  failed: number;
}

/** Orders of a branch, those that need somebody first. */
export interface BranchOutcome {
  branch_id: string;
  orders: readonly OrderOutcome[];
}

const order: Record<OrderOutcome["state"], number> = { failed: 0, waiting: 1, done: 2 };

/** How far a batch is that has so many orders; one that is not known yet waits with all of them. */
export function standingOf(outcomes: DecisionOutcomes | undefined, orders: number): Standing {
  if (!outcomes) return { waiting: orders, done: 0, failed: 0 };
  const { waiting, done, failed } = outcomes.batch;
  return { waiting, done, failed };
}

/** By branch, the one with the earliest order first; within each what failed, then what waits, then what is done. */
export function byBranch(orders: readonly OrderOutcome[]): BranchOutcome[] {
  const ids = [...new Set(orders.map((one) => one.branch_id))];
  return ids.map((branch_id) => ({ branch_id, orders: orders.filter((one) => one.branch_id === branch_id).toSorted((a, b) => order[a.state] - order[b.state]) }));
}

const RECENT_MS = 86_400_000;

/** Whether a batch is still worth a line on the page: it is under way, or began within a day. */
export function isRecent({ started_at, waiting }: { started_at: string; waiting: number }, now: number): boolean {
  return waiting > 0 || now - Date.parse(started_at) < RECENT_MS;
}
