import type { DifferenceCause, RowDecision, Settlement, SettlementAccount, SettlementImport, SettlementMapping, SettlementRow, SettlementSums, UnsettledMoney } from "../src/data/types";
import type { Call, Route } from "./routes";
import { badField, found, Refusal, type World } from "./world";

interface Imported {
  settlement: Settlement;
  rows: SettlementRow[];
  text: string;
}

interface Held {
  account: SettlementAccount;
  files: Imported[];
}

const held = new WeakMap<World, Held>();
const E4 = 10_000;

const sumsOf = (rows: readonly SettlementRow[]): SettlementSums => {
  const sum = (part: keyof SettlementSums) => rows.reduce((total, { sums }) => total + sums[part], 0);
  return { amount_e4: sum("amount_e4"), fee_e4: sum("fee_e4"), net_e4: sum("net_e4") };
};

function rowOf(line: number, amount: number, fee_e4: number, part: Partial<SettlementRow> = {}): SettlementRow {
  return {
    line, kind: amount < 0 ? "refund" : "payment", provider_reference: `26090${String(1_000 + line)}`, reference: "", sums: { amount_e4: amount * E4, fee_e4, net_e4: amount * E4 - fee_e4 },
    date: "2026-09-01", outcome: "matched", cause: null, difference_e4: 0, order_id: null, order_number: "", branch_id: null, booked: true, can_book: false,
    decision: null, note: "", decided_by: "", decided_at: null, ...part,
  };
}

const differs = (cause: DifferenceCause, difference_e4: number, part: Partial<SettlementRow> = {}): Partial<SettlementRow> => ({ outcome: "difference", cause, difference_e4, ...part });

function summary(world: World, account: SettlementAccount, rows: readonly SettlementRow[], part: Partial<Settlement>): Settlement {
  const booked = sumsOf(rows.filter((row) => row.booked));
  const [bank, fees] = [Math.round(booked.net_e4 / E4), Math.round(booked.fee_e4 / E4)];
  const clearing = -Math.round(booked.amount_e4 / E4);
  const undecided = rows.filter((row) => !row.decision);
  const open = [...new Set(undecided.map((row) => row.cause ?? null))].map((cause) => {
    const alike = undecided.filter((row) => (row.cause ?? null) === cause);
    return { outcome: cause ? ("difference" as const) : ("matched" as const), cause, count: alike.length, sums: sumsOf(alike) };
  });
  return {
    settlement_id: world.fresh(), account_id: account.account_id, account_name: account.name, provider: account.provider, brand_id: world.state.brands[0]?.brand_id ?? "", branch_id: null,
    file_name: "撥款明細.csv", paid_on: "2026-09-01", currency: "TWD", imported_at: new Date().toISOString(), imported_by: "陳老闆", ...part,
    open, decided_count: rows.length - undecided.length, row_count: rows.length, sums: sumsOf(rows), booked: { bank, fees, rounding: -(bank + fees + clearing), clearing },
  };
}

function of(world: World): Held {
  const known = held.get(world);
  if (known) return known;
  const account: SettlementAccount = { account_id: world.fresh(), name: "綠界（總公司）", provider: "ecpay", branch_id: null, settlement_days: 3, archived: false };
  const orders = [...world.state.orders.values()].slice(0, 10);
  const rows = orders.map((order, index) => {
    const ours = { order_id: order.order_id, order_number: order.order_number, branch_id: order.branch_id };
    return rowOf(index + 2, order.total, Math.round(order.total * 275), ours);
  });
  const last = rows.length + 2;
  rows.push(
    rowOf(last, 160, 45_375, differs("amount", -5 * E4, { can_book: true })),
    rowOf(last + 1, 165, 9 * E4, differs("fee", 44_625)),
    rowOf(last + 2, -27, 0, differs("refund_under_way", -27 * E4)),
    rowOf(last + 3, 70, 15_000, differs("not_found", 685_000, { booked: false, can_book: true })),
    rowOf(last + 4, -300, 0, differs("adjustment", -300 * E4, { kind: "adjustment", booked: false, can_book: true, provider_reference: "" })),
  );
  const made: Held = { account, files: [{ settlement: summary(world, account, rows, {}), rows, text: "" }] };
  held.set(world, made);
  return made;
}

const file = ({ world, ids }: Call): Imported => found(of(world).files.find(({ settlement }) => settlement.settlement_id === ids[0]));

function renew(world: World, one: Imported): Settlement {
  one.settlement = summary(world, of(world).account, one.rows, one.settlement);
  return one.settlement;
}

function get(call: Call): { body: unknown } {
  const { settlement, rows } = file(call);
  const { query } = call;
  const wanted = rows.filter(
    (row) => (!query.get("outcome") || row.outcome === query.get("outcome")) && (!query.get("cause") || row.cause === query.get("cause")) && (query.get("undecided") !== "true" || !row.decision),
  );
  const from = Number(query.get("page_token") ?? 0);
  const next_page_token = from + 50 < wanted.length ? String(from + 50) : null;
  return { body: { settlement, rows: wanted.slice(from, from + 50), next_page_token, found_count: wanted.length, found_sums: sumsOf(wanted) } };
}

function resolve(call: Call): { body: unknown } {
  const one = file(call);
  const { decision, note, branch_id } = call.body as { decision: RowDecision; note: string; branch_id?: string };
  const row = found(one.rows.find(({ line }) => String(line) === call.ids[1]));
  if (row.decision) throw new Refusal(409, "ROW_DECIDED");
  if (decision === "book_as_fee" && !row.branch_id && !branch_id && !row.booked) throw badField("branch_id", "VALIDATION_FAILED");
  const booked = row.booked || decision === "book_as_fee";
  Object.assign(row, { decision, note, booked, can_book: false, decided_by: "陳老闆", decided_at: new Date().toISOString() });
  renew(call.world, one);
  return { body: { row } };
}

/** Reads 訂單編號, 交易金額 and 手續費; any other file has to be mapped. */
function importFile({ world, query, text }: Call): { body: SettlementImport } {
  const [header = "", ...lines] = text.split(/\r?\n/u).filter((line) => line !== "");
  const columns = header.split(",");
  const given = query.get("mapping");
  const usual: SettlementMapping | null = columns.includes("交易金額")
    ? { provider_reference: "", reference: "訂單編號", amount: "交易金額", kind: "", fees: columns.filter((name) => name === "手續費"), net: "", date: "", currency: "" }
    : null;
  const mapping = given ? (JSON.parse(given) as SettlementMapping) : usual;
  const known = of(world).files.find((one) => one.text === text);
  const cell = (line: string, name: string) => line.split(",")[columns.indexOf(name)] ?? "";
  const rows = mapping
    ? lines.map((line, index) => {
        const fee = mapping.fees.reduce((sum, name) => sum + Number(cell(line, name) || 0), 0);
        const amount = Number(cell(line, mapping.amount));
        return rowOf(index + 2, amount, Math.round(fee * E4), { ...differs("not_found", amount * E4 - fee * E4, { booked: false, can_book: true }), reference: cell(line, mapping.reference) });
      })
    : [];
  const bad = rows.filter(({ sums }) => Number.isNaN(sums.amount_e4));
  const good = rows.filter((row) => !bad.includes(row));
  const problems = bad.map(({ line }) => ({ line, column: mapping?.amount ?? "", reason: "VALIDATION_FAILED", value: cell(lines[line - 2] ?? "", mapping?.amount ?? "") }));
  const report: SettlementImport = {
    settlement: known?.settlement ?? null, repeated: known !== undefined, columns, mapping, problems, problem_count: bad.length, row_count: good.length, skipped_count: 0, sums: sumsOf(good),
  };
  if (known || query.get("dry_run") === "true" || bad.length > 0 || !mapping) return { body: report };
  const { account, files } = of(world);
  const settlement = summary(world, account, good, { file_name: query.get("file_name") ?? "", paid_on: query.get("paid_on") ?? "" });
  files.unshift({ settlement, rows: good, text });
  return { body: { ...report, settlement } };
}

function unsettled({ world, query }: Call): { body: unknown } {
  const { account } = of(world);
  const items = [...world.state.orders.values()].slice(10).map((order, index): UnsettledMoney => {
    const occurred = Date.now() - index * 86_400_000;
    const refunded = index % 5 === 4;
    return {
      kind: refunded ? "refund" : "payment", order_id: order.order_id, order_number: order.order_number, branch_id: order.branch_id, account_id: account.account_id, provider_reference: "", reference: `${order.order_number}P01${String(index)}`,
      amount: refunded ? -order.total : order.total, currency: "TWD", occurred_at: new Date(occurred).toISOString(), due_at: new Date(occurred + 3 * 86_400_000).toISOString(),
      overdue: index > 3, cause: refunded ? "refund_under_way" : null,
    };
  });
  const late = items.filter(({ overdue }) => overdue);
  const sum = (of: readonly UnsettledMoney[]) => of.reduce((total, { amount }) => total + amount, 0);
  return {
    body: {
      items: query.get("overdue") === "true" ? late : items, next_page_token: null,
      total_count: items.length, total_amount: sum(items), overdue_count: late.length, overdue_amount: sum(late),
    },
  };
}

/** Endpoints of 對帳. */
export const settlementRoutes: readonly Route[] = [
  ["GET", /^\/brands\/([^/]+)\/settlements$/u, ({ world }) => ({ body: { settlements: of(world).files.map(({ settlement }) => settlement), next_page_token: null, accounts: [of(world).account] } })],
  ["GET", /^\/brands\/([^/]+)\/unsettled$/u, unsettled],
  ["POST", /^\/payment-accounts\/([^/]+)\/settlements$/u, importFile],
  ["GET", /^\/settlements\/([^/]+)$/u, get],
  ["POST", /^\/settlements\/([^/]+)\/match$/u, (call) => ({ body: { settlement: renew(call.world, file(call)) } })],
  ["POST", /^\/settlements\/([^/]+)\/rows\/(\d+)\/decision$/u, resolve],
];
