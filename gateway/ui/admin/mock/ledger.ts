import type { LedgerBalance, LedgerTransaction, Order } from "../src/data/types";
import type { Call, Route } from "./routes";
import type { World } from "./world";

const later = (instant: string, minutes: number): string => new Date(Date.parse(instant) + minutes * 60_000).toISOString();

/** Every third order was paid by card, the others on site when they were completed. */
function booked(world: World, order: Order): LedgerTransaction[] {
  const place = [...world.state.orders.keys()].indexOf(order.order_id);
  const base = {
    business_day: order.business_day, branch_id: order.branch_id, order_id: order.order_id, order_number: order.order_number, currency: order.currency, test: order.test,
    amount: order.total, attempt: null, refund: null,
  };
  const made = (part: Pick<LedgerTransaction, "kind" | "occurred_at" | "sources" | "targets"> & Partial<LedgerTransaction>): LedgerTransaction => ({
    ...base, transaction_id: `${order.order_id}-${part.kind}`, booked_at: part.occurred_at, ...part,
  });
  const paid = [{ account: "customer" as const, amount: order.total }];
  const transactions: LedgerTransaction[] = [];
  if (place % 3 === 0) {
    const attempt = { attempt_id: order.order_id, number: place % 2 === 0 ? 1 : 2, method_name: "信用卡", provider: "ecpay" as const, provider_reference: `26090${String(10_000 + place)}` };
    transactions.push(made({ kind: "capture", occurred_at: order.created_at, sources: paid, targets: [{ account: "clearing", amount: order.total }], attempt }));
    if (order.state === "cancelled" || order.state === "rejected") {
      const refund = { refund_id: order.order_id, cause: "order_ended" as const, reason: "" };
      transactions.push(made({ kind: "refund", occurred_at: later(order.created_at, 12), sources: [{ account: "clearing", amount: order.total }], targets: paid, attempt, refund }));
    }
  } else if (order.state === "completed") {
    transactions.push(made({ kind: "cash_received", occurred_at: later(order.created_at, 20), sources: paid, targets: [{ account: "cash", amount: order.total }] }));
  }
  if (order.state === "completed") {
    const tax = Math.round(order.total / 21);
    const sources = [{ account: "revenue" as const, amount: order.total - tax }, { account: "tax" as const, amount: tax }];
    transactions.push(made({ kind: "completion", occurred_at: later(order.created_at, 20), sources, targets: paid }));
  }
  return transactions;
}

function ofBrand({ world, ids, query }: Call): LedgerTransaction[] {
  const branch = query.get("branch_id");
  const branches = new Set(world.state.branches.filter((one) => one.brand_id === ids[0] && (!branch || one.branch_id === branch)).map((one) => one.branch_id));
  return [...world.state.orders.values()].filter((one) => branches.has(one.branch_id)).flatMap((one) => booked(world, one));
}

function list(call: Call): { body: unknown } {
  const { query } = call;
  const account = query.get("account");
  const transactions = ofBrand(call)
    .filter(({ occurred_at }) => occurred_at >= (query.get("from") ?? "") && occurred_at < (query.get("until") ?? ""))
    .filter(({ test }) => !test || query.get("tests") === "true")
    .filter(({ sources, targets }) => !account || [...sources, ...targets].some((part) => part.account === account))
    .toSorted((one, other) => other.occurred_at.localeCompare(one.occurred_at));
  const start = Number(query.get("page_token") ?? 0);
  const end = start + Number(query.get("page_size") ?? 50);
  return { body: { transactions: transactions.slice(start, end), next_page_token: end < transactions.length ? String(end) : null } };
}

function balances(call: Call): { body: unknown } {
  const at = call.query.get("at") ?? new Date().toISOString();
  const sums = new Map<LedgerBalance["account"], number>();
  for (const { sources, targets, occurred_at, test } of ofBrand(call)) {
    if (occurred_at > at || test) continue;
    for (const { account, amount } of sources) sums.set(account, (sums.get(account) ?? 0) - amount);
    for (const { account, amount } of targets) sums.set(account, (sums.get(account) ?? 0) + amount);
  }
  const found = [...sums].filter(([, amount]) => amount !== 0).map(([account, amount]) => ({ account, currency: "TWD", amount }));
  return { body: { at, balances: found } };
}

function ofOrder({ world, ids }: Call): { body: unknown } {
  const order = world.state.orders.get(ids[0] ?? "");
  return { body: { transactions: order ? booked(world, order) : [] } };
}

/** Endpoints of 帳務. */
export const ledgerRoutes: readonly Route[] = [
  ["GET", /^\/orders\/([^/]+)\/ledger$/u, ofOrder],
  ["GET", /^\/brands\/([^/]+)\/ledger$/u, list],
  ["GET", /^\/brands\/([^/]+)\/ledger\/balances$/u, balances],
];
