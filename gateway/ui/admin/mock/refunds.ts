import type { Order, OrderRefund, OrderRefunds, RefundableLine, RefundQuote, RefundRequest, RefundSelection } from "../src/data/types";
import type { Call, Route } from "./routes";
import { badField, found, Refusal, type World } from "./world";

const held = new WeakMap<World, Map<string, OrderRefund[]>>();

function refundsOf(world: World, orderId: string): OrderRefund[] {
  const all = held.get(world) ?? new Map<string, OrderRefund[]>();
  held.set(world, all);
  const known = all.get(orderId) ?? [];
  all.set(orderId, known);
  return known;
}

function orderOf({ world, ids }: Call): Order {
  return found(world.state.orders.get(ids[0] ?? ""));
}

function linesOf(order: Order, refunds: readonly OrderRefund[]): RefundableLine[] {
  return order.lines.map((line, index) => {
    const line_id = `${order.order_id}-${String(index)}`;
    const refunded = refunds.flatMap(({ units }) => units).reduce((sum, unit) => sum + (unit.line_id === line_id ? unit.quantity : 0), 0);
    const nets = line.unit_nets.slice(0, line.unit_nets.length - refunded).toReversed();
    return { line_id, product_name: line.product_name, variant_name: line.variant_name, quantity: line.quantity, refunded, nets, points: [] };
  });
}

function quoteOf(order: Order, refunds: readonly OrderRefund[], { whole, units = [], amount }: RefundSelection): RefundQuote {
  const left = order.paid - refunds.reduce((sum, refund) => sum + refund.amount, 0);
  const lines = linesOf(order, refunds);
  const net = ({ line_id, quantity }: (typeof units)[number]) => (lines.find((line) => line.line_id === line_id)?.nets ?? []).slice(0, quantity).reduce((sum, one) => sum + one, 0);
  const wanted = whole ? left : (amount ?? units.reduce((sum, unit) => sum + net(unit), 0));
  if (wanted > left || left === 0) throw new Refusal(422, "REFUND_EXCEEDS_PAID", { max: String(left) });
  return { amount: wanted, online: 0, on_site: wanted, left, limit_each: 3_000, limit_left_today: 10_000, points: 0 };
}

function list(call: Call) {
  const order = orderOf(call);
  const refunds = refundsOf(call.world, order.order_id);
  const left_on_site = order.paid - refunds.reduce((sum, refund) => sum + refund.amount, 0);
  const body: OrderRefunds = { refunds, lines: linesOf(order, refunds), currency: order.currency, left_on_site };
  return { body };
}

function quote(call: Call) {
  const order = orderOf(call);
  return { body: quoteOf(order, refundsOf(call.world, order.order_id), (call.body as { selection: RefundSelection }).selection) };
}

function request(call: Call) {
  const order = orderOf(call);
  const refunds = refundsOf(call.world, order.order_id);
  const { selection, reason, paid_out_by = "" } = call.body as RefundRequest;
  const { amount } = quoteOf(order, refunds, selection);
  if (!reason) throw badField("reason", "REASON_REQUIRED");
  if (!paid_out_by) throw badField("paid_out_by", "VALIDATION_FAILED");
  const at = new Date().toISOString();
  const refund: OrderRefund = {
    refund_id: call.world.fresh(), order_id: order.order_id, kind: selection.whole ? "whole" : selection.amount ? "amount" : "units", units: selection.units ?? [],
    amount, state: "succeeded", reason, requested_by: "陳老闆", paid_out_by, requested_at: at, settled_at: at, points: 0,
    steps: [{ kind: "cash", state: "done", amount, problem: null, text: "", at, returned: null }],
  };
  refunds.push(refund);
  return { body: { refund } };
}

export const refundRoutes: readonly Route[] = [
  ["GET", /^\/orders\/([^/]+)\/refunds$/u, list],
  ["POST", /^\/orders\/([^/]+)\/refunds\/quote$/u, quote],
  ["POST", /^\/orders\/([^/]+)\/refunds$/u, request],
];
