import type { Affected, AffectedOrder, Decisions, DecisionOutcomes, Hours, HoursInput, HoursVersion, OfferedDay, Order, OrderOutcome, OrderSlot, PreviewInput, SpecialDay, SpecialDayInput, StartedDecisions } from "../src/data/types";
import { byBranch as grouped } from "../src/routes/hours/decision";
import { closeOf, overlappingDays, type Span } from "../src/routes/hours/week";
import { badField, found, isFull, Refusal, sameVersion, type World } from "./world";
import type { Call, Route } from "./routes";

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
/** The mock's branches are all in Taipei, which keeps one clock all year. */
const TAIPEI = 8 * 60 * MINUTE;
const CUTOFF = 4 * 60 * MINUTE;

interface Desk {
  versions: Map<string, HoursVersion[]>;
  days: SpecialDay[];
  batches: DecisionOutcomes[];
}

const desks = new WeakMap<World, Desk>();

function deskOf(world: World): Desk {
  let desk = desks.get(world);
  if (!desk) {
    const [first] = world.state.branches;
    const at = (days: number) => dateOf(Date.now() + days * DAY);
    const day = (part: Partial<SpecialDay>): SpecialDay => ({
      special_day_id: world.fresh(), brand_id: first?.brand_id ?? "", branch_id: null, name: "", from_date: at(2), to_date: at(2), periods: [], locked: false, version: 1, overridden: false, ...part,
    });
    desk = {
      versions: new Map(),
      batches: [],
      days: [
        day({ name: "總公司尾牙", from_date: at(5), to_date: at(5), locked: true }),
        day({ name: "元旦連假", from_date: at(30), to_date: at(32), periods: [{ open_minute: 720, close_minute: 1_200 }] }),
        day({ branch_id: first?.branch_id ?? "", name: "包場", periods: [{ open_minute: 1_020, close_minute: 60 }] }),
      ],
    };
    for (const branch of world.state.branches) {
      const hours = found(world.state.hours.get(branch.branch_id));
      desk.versions.set(branch.branch_id, [version(1, hours, Date.now() - 40 * DAY, { state: "in_force" })]);
    }
    desks.set(world, desk);
  }
  return desk;
}

function version(number: number, hours: Hours, at: number, part: Partial<HoursVersion>): HoursVersion {
  return { number, hours, effective_at: new Date(at).toISOString(), saved_at: new Date(at).toISOString(), saved_by: "陳老闆", state: "past", restored_from: null, withdrawn_at: null, withdrawn_by: null, ...part };
}

/** The Taipei date of an instant. */
function dateOf(instant: number): string {
  return new Date(instant + TAIPEI).toISOString().slice(0, 10);
}

const midnightOf = (date: string) => Date.parse(`${date}T00:00:00Z`) - TAIPEI;

function daysFor(world: World, branchId: string, extra?: SpecialDay): SpecialDay[] {
  const branch = world.state.branches.find((one) => one.branch_id === branchId);
  const all = extra ? [...deskOf(world).days.filter((day) => day.special_day_id !== extra.special_day_id), extra] : deskOf(world).days;
  const mine = all.filter((day) => day.branch_id === branchId || (!day.branch_id && day.brand_id === branch?.brand_id));
  const meets = (one: SpecialDay, other: SpecialDay) => one.from_date <= other.to_date && other.from_date <= one.to_date;
  return mine
    .map((day) => ({ ...day, overridden: Boolean(day.branch_id) && mine.some((other) => !other.branch_id && other.locked && meets(day, other)) }))
    .toSorted((a, b) => a.from_date.localeCompare(b.from_date));
}

function specialOn(days: readonly SpecialDay[], date: string): SpecialDay | undefined {
  const on = days.filter((day) => day.from_date <= date && date <= day.to_date);
  return on.find((day) => !day.branch_id && day.locked) ?? on.find((day) => day.branch_id) ?? on[0];
}

function openings(hours: Pick<Hours, "periods">, days: readonly SpecialDay[], from: number): { from: number; to: number }[] {
  const spans = Array.from({ length: 11 }, (_, offset) => {
    const date = dateOf(from + (offset - 1) * DAY);
    const weekday = ((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;
    const spans: readonly Span[] = specialOn(days, date)?.periods ?? hours.periods.filter((period) => period.weekday === weekday);
    return spans.map((span) => ({ from: midnightOf(date) + span.open_minute * MINUTE, to: midnightOf(date) + closeOf(span) * MINUTE }));
  });
  const merged: { from: number; to: number }[] = [];
  for (const span of spans.flat().toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else merged.push(span);
  }
  return merged;
}

function offered(hours: Pick<Hours, "periods" | "slot_minutes" | "lead_minutes" | "days_ahead" | "last_order_minutes">, days: readonly SpecialDay[], from: number): OfferedDay[] {
  const open = openings(hours, days, from);
  const today = dateOf(from - CUTOFF);
  const iso = (at: number) => new Date(at).toISOString();
  return Array.from({ length: 8 }, (_, offset) => {
    const business_day = dateOf(midnightOf(today) + offset * DAY);
    const [begin, end] = [midnightOf(business_day) + CUTOFF, midnightOf(business_day) + DAY + CUTOFF];
    const mine = open.filter((opening) => opening.from < end && begin < opening.to);
    const beyond = offset > hours.days_ahead;
    const step = hours.slot_minutes * MINUTE;
    const slots = beyond ? [] : mine.flatMap((opening) => {
      const first = Math.ceil(Math.max(opening.from, begin, from + hours.lead_minutes * MINUTE) / step) * step;
      return Array.from({ length: Math.max(0, Math.ceil((Math.min(opening.to, end) - first) / step)) }, (_slot, index) => iso(first + index * step));
    });
    return {
      business_day, beyond, slots, special_day: specialOn(days, business_day)?.name ?? null,
      openings: mine.map((opening) => ({ from: iso(opening.from), to: iso(opening.to), last_order_at: iso(opening.to - hours.last_order_minutes * MINUTE) })),
    };
  });
}

function affected(world: World, branchId: string, hours: Pick<Hours, "periods">, days: readonly SpecialDay[]): AffectedOrder[] {
  const open = openings(hours, days, Date.now());
  const orders = [...world.state.orders.values()].filter((order) => {
    const at = Date.parse(order.promised_at ?? order.created_at);
    return order.branch_id === branchId && order.next_states.length > 0 && order.state !== "completed" && at > Date.now() && !open.some((opening) => opening.from <= at && at < opening.to);
  });
  return orders.map(({ order_id, promised_at, created_at, business_day }) => ({
    order_id, branch_id: branchId, promised_at: promised_at ?? created_at, slot_starts_at: promised_at ?? created_at, business_day,
  }));
}

/** Orders by their branches, the branch with the earliest first. */
function byBranch(orders: readonly AffectedOrder[]): Affected {
  return grouped(orders.toSorted((a, b) => a.promised_at.localeCompare(b.promised_at)), orders.length);
}

/** The branches that a special day concerns: its own, or all of its brand. */
function concerned(world: World, day: SpecialDay): string[] {
  return day.branch_id ? [day.branch_id] : world.state.branches.filter((branch) => branch.brand_id === day.brand_id).map((branch) => branch.branch_id);
}

/** Orders outside the hours that these branches have with a day more, or one less. */
function affectedBy(world: World, branchIds: readonly string[], { planned, removed }: { planned?: SpecialDay | undefined; removed?: string | null | undefined }): Affected {
  return byBranch(branchIds.flatMap((id) => affected(world, id, found(world.state.hours.get(id)), daysFor(world, id, planned).filter((day) => day.special_day_id !== removed))));
}

function judge({ periods = [], methods = [] }: HoursInput["hours"]): void {
  if (overlappingDays(periods).length > 0) throw badField("hours.periods[0].open_minute", "HOURS_OVERLAP");
  for (const [index, own] of methods.entries()) if (overlappingDays(own.periods ?? []).length > 0) throw badField(`hours.methods[${String(index)}].periods[0].open_minute`, "HOURS_OVERLAP");
}

/** Refuses a change while orders are undecided. */
function judgeDecisions({ branches, total }: Affected, decisions: Decisions | null | undefined): void {
  const { orders: decided = [], keep_others = false } = decisions ?? {};
  const orders = branches.flatMap((branch) => branch.orders);
  const open = orders.filter((order) => !decided.some((one) => one.order_id === order.order_id));
  if (open.length > 0 && !keep_others) throw new Refusal(409, "ORDERS_AFFECTED", { count: String(total) });
}

/** Takes decisions on; a second later they are carried out, as by the timer of the real desk. */
function start(world: World, decisions: Decisions | null | undefined): StartedDecisions | null {
  const { orders: decided = [], reschedule_reason } = decisions ?? {};
  const orders = decided.flatMap(({ order_id, decision, wanted_at }): OrderOutcome[] => {
    if (decision === "keep") return [];
    const { branch_id, order_number, pickup_number, contact_name, promised_at, created_at } = found(world.state.orders.get(order_id));
    return [{ order_id, branch_id, order_number, pickup_number, contact_name, promised_at: promised_at ?? created_at, decision, wanted_at: wanted_at ?? null, state: "waiting", reason: null }];
  });
  if (orders.length === 0) return null;
  const batch_id = world.fresh();
  const batch: DecisionOutcomes = { batch: { batch_id, started_at: new Date().toISOString(), decided_by: "陳老闆", reschedule_reason: reschedule_reason ?? "", waiting: orders.length, done: 0, failed: 0 }, orders };
  deskOf(world).batches.unshift(batch);
  setTimeout(() => {
    batch.orders = orders.map((order) => ({ ...order, ...carryOut(world, order, reschedule_reason ?? "") }));
    const count = (state: OrderOutcome["state"]) => batch.orders.filter((one) => one.state === state).length;
    batch.batch = { ...batch.batch, waiting: 0, done: count("done"), failed: count("failed") };
  }, 1_500);
  return { batch_id, orders: orders.length };
}

/** Cancels or reschedules an order; a slot that is full refuses, as on the real desk. */
function carryOut(world: World, { order_id, decision, wanted_at }: OrderOutcome, reason: string): Pick<OrderOutcome, "state" | "reason" | "wanted_at" | "pickup_number"> {
  const order = found(world.state.orders.get(order_id));
  const slot = decision === "reschedule_next" ? nextSlot(world, order) : wanted_at;
  const common = { wanted_at: slot ?? null, pickup_number: order.pickup_number };
  try {
    if (decision === "cancel") {
      world.transition(order_id, { to: order.next_states.includes("cancelled") ? "cancelled" : "rejected", version: order.version, cancel_reason: "closed", cash_received: false, override_payment: false });
      return { ...common, state: "done", reason: null };
    }
    if (!slot) return { ...common, state: "failed", reason: "NO_SLOT" };
    const after = world.reschedule(order_id, { version: order.version, wanted_at: slot, reason });
    return { ...common, pickup_number: after.pickup_number, state: "done", reason: null };
  } catch (refused) {
    if (refused instanceof Refusal) return { ...common, state: "failed", reason: refused.reason };
    throw refused;
  }
}

function batchesOf(world: World, brandId: string) {
  const ids = new Set(world.state.branches.filter((branch) => branch.brand_id === brandId).map((branch) => branch.branch_id));
  return deskOf(world).batches.filter((one) => one.orders.some((order) => ids.has(order.branch_id))).map((one) => one.batch);
}

/** The first slot after an order's time with free capacity. */
function nextSlot(world: World, order: Order): string | undefined {
  const days = offered(found(world.state.hours.get(order.branch_id)), daysFor(world, order.branch_id), Date.now());
  const after = Date.parse(order.promised_at ?? order.created_at);
  return days.flatMap((day) => day.slots).find((slot) => Date.parse(slot) > after && !isFull(slot));
}

/** Slots of a branch's next days, every fifth of them full for want of capacity. */
export function orderSlots({ world, ids: [orderId = ""] }: Call) {
  const order = found(world.state.orders.get(orderId));
  const hours = found(world.state.hours.get(order.branch_id));
  const slots = offered(hours, daysFor(world, order.branch_id), Date.now()).flatMap(({ business_day, slots }) =>
    slots.map((starts_at, index): OrderSlot => {
      const full = isFull(starts_at);
      return { starts_at, business_day, state: full ? "full" : index % 7 === 3 ? "filling" : "open", full_rule_ids: full && index % 2 === 0 ? ["rule"] : [] };
    }),
  );
  return { body: { as_of: new Date().toISOString(), earliest_slot_at: slots.find((slot) => slot.state !== "full")?.starts_at ?? null, slots } };
}

/** The hours in force with what is pending, as the gateway answers them. */
function now(world: World, branchId: string) {
  const versions = found(deskOf(world).versions.get(branchId));
  return { hours: found(world.state.hours.get(branchId)), pending: versions.filter((one) => one.state === "pending") };
}

function wholeHours(held: Hours, input: HoursInput["hours"]): Hours {
  const methods = (input.methods ?? []).map((own) => ({ ...own, periods: own.periods ?? [], last_order_minutes: own.last_order_minutes ?? null, lead_minutes: own.lead_minutes ?? null }));
  return { ...held, ...input, branch_id: held.branch_id, periods: input.periods ?? [], methods, max_orders_per_slot: input.max_orders_per_slot ?? null, outside_hours: input.outside_hours ?? "future_only" };
}

function setHours({ world, ids: [branchId = ""], body }: Call) {
  const { decisions, hours: input, effective_at, replaces, restores } = body as HoursInput & { decisions?: Decisions };
  const held = found(world.state.hours.get(branchId));
  sameVersion(held, input.version);
  judge(input);
  const planned = wholeHours(held, input);
  judgeDecisions(byBranch(affected(world, branchId, planned, daysFor(world, branchId))), decisions);
  const number = held.version + 1;
  const hours = { ...planned, version: number };
  const desk = deskOf(world);
  let versions = found(desk.versions.get(branchId)).map((one): HoursVersion => (one.number === replaces ? { ...one, state: "withdrawn" } : one));
  if (effective_at && versions.some((one) => one.state === "pending" && one.effective_at === effective_at)) throw badField("effective_at", "EFFECTIVE_CONFLICT");
  if (!effective_at) versions = versions.map((one) => (one.state === "in_force" ? { ...one, state: "past" } : one));
  const saved = version(number, hours, Date.now(), { state: effective_at ? "pending" : "in_force", restored_from: restores ?? null });
  desk.versions.set(branchId, [{ ...saved, effective_at: effective_at ?? saved.effective_at }, ...versions]);
  world.state.hours.set(branchId, effective_at ? { ...held, version: number } : hours);
  const started = start(world, decisions);
  world.emit(branchId, "availability", { sku_ids: [] });
  return { body: { ...now(world, branchId), started } };
}

function withdraw({ world, ids: [branchId = "", number = ""], body }: Call) {
  const held = found(world.state.hours.get(branchId));
  sameVersion(held, (body as { version: number }).version);
  const desk = deskOf(world);
  const versions = found(desk.versions.get(branchId));
  desk.versions.set(branchId, versions.map((one) => (one.number === Number(number) ? { ...one, state: "withdrawn", withdrawn_at: new Date().toISOString(), withdrawn_by: "陳老闆" } : one)));
  world.state.hours.set(branchId, { ...held, version: held.version + 1 });
  return { body: { ...now(world, branchId), started: null } };
}

function preview({ world, ids: [branchId = ""], body }: Call) {
  const { hours: input, special_day, removed_special_day_id, count_only } = body as PreviewInput;
  const held = found(world.state.hours.get(branchId));
  if (input) judge(input.hours);
  const hours = input ? wholeHours(held, input.hours) : held;
  const planned = special_day ? dayOf(world, branchId, special_day, special_day.special_day_id ?? undefined, special_day.brand_id ?? undefined) : undefined;
  const days = daysFor(world, branchId, planned).filter((day) => day.special_day_id !== removed_special_day_id);
  const seen = (body as PreviewInput).from ?? input?.effective_at;
  const from = seen ? Date.parse(seen) : Date.now();
  const removed = deskOf(world).days.find((day) => day.special_day_id === removed_special_day_id);
  const changed = planned ?? removed;
  const outside = changed ? affectedBy(world, concerned(world, changed), { planned, removed: removed_special_day_id }) : byBranch(affected(world, branchId, hours, days));
  const orders = outside.branches.flatMap((branch) => branch.orders);
  return { body: { days: offered(hours, days, from), affected: count_only ? [] : orders, affected_total: outside.total, overridden: planned?.locked ? days.filter((day) => day.overridden) : [] } };
}

function dayOf(world: World, branchId: string, input: SpecialDayInput, id?: string, brandId?: string): SpecialDay {
  const branch = world.state.branches.find((one) => one.branch_id === branchId);
  const day: SpecialDay = {
    ...input, special_day_id: id ?? "new", brand_id: brandId ?? branch?.brand_id ?? "", branch_id: brandId ? null : branchId, overridden: false,
    periods: input.periods ?? [], locked: input.locked ?? false, version: input.version ?? 0,
  };
  const inTheWay = deskOf(world).days.find((other) => other.special_day_id !== day.special_day_id && other.from_date <= day.to_date && day.from_date <= other.to_date && (other.branch_id === day.branch_id || (other.locked && day.branch_id)));
  if (inTheWay) throw badField("special_day.from_date", inTheWay.branch_id === day.branch_id ? "HOURS_OVERLAP" : "FIELD_LOCKED", { name: inTheWay.name, from: inTheWay.from_date, to: inTheWay.to_date });
  return day;
}

function saveDay({ world, ids: [ownerId = "", id], body }: Call, ofBrand: boolean) {
  const { special_day: input, decisions } = body as { special_day: SpecialDayInput; decisions?: Decisions };
  const branchId = ofBrand ? (world.state.branches.find((one) => one.brand_id === ownerId)?.branch_id ?? "") : ownerId;
  const day = dayOf(world, branchId, input, id, ofBrand ? ownerId : undefined);
  judgeDecisions(affectedBy(world, concerned(world, day), { planned: day }), decisions);
  const desk = deskOf(world);
  const saved = { ...day, special_day_id: id ?? world.fresh(), version: day.version + 1 };
  desk.days = [...desk.days.filter((one) => one.special_day_id !== id), saved];
  return { body: { special_day: saved, started: start(world, decisions) } };
}

function removeDay({ world, ids: [id = ""], body }: Call) {
  const desk = deskOf(world);
  const { decisions } = body as { decisions?: Decisions };
  const day = found(desk.days.find((one) => one.special_day_id === id));
  judgeDecisions(affectedBy(world, concerned(world, day), { removed: id }), decisions);
  desk.days = desk.days.filter((one) => one.special_day_id !== id);
  return { body: { started: start(world, decisions) } };
}

/** Hours and special days, answered from memory. */
export const hoursRoutes: readonly Route[] = [
  ["GET", /^\/branches\/([^/]+)\/hours$/u, ({ world, ids }) => ({ body: now(world, ids[0] ?? "") })],
  ["PUT", /^\/branches\/([^/]+)\/hours$/u, setHours],
  ["POST", /^\/branches\/([^/]+)\/hours\/preview$/u, preview],
  ["GET", /^\/branches\/([^/]+)\/hours\/versions$/u, ({ world, ids }) => ({ body: { versions: found(deskOf(world).versions.get(ids[0] ?? "")), next_page_token: null } })],
  ["POST", /^\/branches\/([^/]+)\/hours\/versions\/(\d+)\/withdraw$/u, withdraw],
  ["GET", /^\/brands\/([^/]+)\/order-decisions$/u, ({ world, ids }) => ({ body: { batches: batchesOf(world, ids[0] ?? ""), next_page_token: null } })],
  ["GET", /^\/order-decisions\/([^/]+)$/u, ({ world, ids }) => ({ body: found(deskOf(world).batches.find((one) => one.batch.batch_id === ids[0])) })],
  ["GET", /^\/branches\/([^/]+)\/special-days$/u, ({ world, ids }) => ({ body: { special_days: daysFor(world, ids[0] ?? "") } })],
  ["POST", /^\/branches\/([^/]+)\/special-days$/u, (call) => saveDay(call, false)],
  ["PUT", /^\/branches\/([^/]+)\/special-days\/([^/]+)$/u, (call) => saveDay(call, false)],
  ["POST", /^\/brands\/([^/]+)\/special-days$/u, (call) => saveDay(call, true)],
  ["PUT", /^\/brands\/([^/]+)\/special-days\/([^/]+)$/u, (call) => saveDay(call, true)],
  ["POST", /^\/special-days\/([^/]+)\/remove$/u, removeDay],
];
