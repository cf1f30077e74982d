import type { LimitRule, LimitTemplate, LimitVersion, Limits, Overbooked, RuleLoad, SlotLoad } from "../src/data/types";
import { limitOf, faultsOf, newRule } from "../src/routes/limits/rule";
import type { Call, Route } from "./routes";
import { found, Refusal, sameVersion, type World } from "./world";

interface Kept {
  limits: Map<string, Limits>;
  versions: Map<string, LimitVersion[]>;
  templates: LimitTemplate[];
}

const held = new WeakMap<World, Kept>();
const HOUR = 3_600_000;

function keptOf(world: World): Kept {
  const kept = held.get(world) ?? { limits: new Map(), versions: new Map(), templates: [] };
  held.set(world, kept);
  return kept;
}

function limitsOf(world: World, branchId: string): Limits {
  const { limits } = keptOf(world);
  const known = limits.get(branchId);
  if (known) return known;
  const hours = found(world.state.hours.get(branchId));
  const brandId = world.state.branches.find((one) => one.branch_id === branchId)?.brand_id ?? "";
  const [category] = world.state.categories.get(brandId)?.slice(1) ?? [];
  const isFirst = world.state.branches[0]?.branch_id === branchId;
  const rules: LimitRule[] = isFirst
    ? [
        newRule({ rule_id: world.fresh(), limit: 12, target: { kind: "category", id: category?.category_id ?? null, method: null, name: category?.name ?? "" } }),
        newRule({ rule_id: world.fresh(), measure: "make_minutes", limit: 0, people: 2, early_hours: 2, target: { kind: "station", id: null, method: null, name: "吧台" } }),
        newRule({ rule_id: world.fresh(), measure: "orders", limit: 8, target: { kind: "method", id: null, method: "delivery", name: null }, window: { kind: "rolling", minutes: 60, name: null, from_minute: null, to_minute: null }, shares: [{ channel: "uber_eats", percent: 30 }], reserved_for_counter: 2 }),
        newRule({ rule_id: world.fresh(), limit: 0, enabled: false, days: { weekdays: [], from_date: null, to_date: null, date: "2026-12-25" } }),
      ]
    : [];
  const made: Limits = { branch_id: branchId, rules: withIds(world, rules), version: 1, orders_per_slot: hours.max_orders_per_slot ?? null, slot_minutes: hours.slot_minutes, overbooked: [] };
  limits.set(branchId, made);
  return made;
}

const dayAt = (at: number) => new Date(at + 4 * HOUR).toISOString().slice(0, 10);

function slotsOf(limits: Limits, from: string, days: number): SlotLoad[] {
  const step = limits.slot_minutes * 60_000;
  const rules = limits.rules.filter((rule) => rule.enabled);
  return Array.from({ length: days }, (_, day) => Date.parse(`${from}T02:00:00Z`) + day * 24 * HOUR).flatMap((open, day) =>
    day === 2
      ? []
      : Array.from({ length: (12 * HOUR) / step }, (_, index): SlotLoad => {
          const at = open + index * step;
          const hour = Math.floor((index * step) / HOUR);
          const peak = [1, 2, 5, 4, 1, 1, 3, 5, 6, 4, 2, 1][hour] ?? 0;
          const orders = Math.max(0, peak * 3 - day * 2 - (index % 3));
          const loads: RuleLoad[] = rules.map((rule, n) => {
            const limit = limitOf(rule, limits.slot_minutes);
            return { rule_id: rule.rule_id ?? null, limit, used: n === 0 ? Math.round(orders * 0.8) : n === 1 ? Math.min(limit, orders * 2) : Math.min(limit, Math.round(orders / 4)) };
          });
          const all = [...loads, ...(limits.orders_per_slot ? [{ rule_id: null, used: orders, limit: limits.orders_per_slot }] : [])];
          return {
            starts_at: new Date(at).toISOString(), minutes: limits.slot_minutes, business_day: dayAt(at), open: true, orders, units: orders * 2, make_seconds: orders * 100, amount: orders * 130,
            rules: all.toSorted((a, b) => b.used / Math.max(1, b.limit) - a.used / Math.max(1, a.limit)).slice(0, 8),
          };
        }),
  );
}

function overbookedOf(limits: Limits): Overbooked[] {
  return slotsOf(limits, dayAt(Date.now()), 7).flatMap((slot) =>
    slot.rules.flatMap(({ rule_id, used, limit }) => (used > limit && Date.parse(slot.starts_at) > Date.now() ? [{ rule_id: rule_id ?? null, starts_at: slot.starts_at, used, limit }] : [])),
  );
}

/** Refuses rules as the gateway would, every fault at its field. */
function judge(limits: Limits, rules: readonly LimitRule[]): void {
  const fields = rules.flatMap((rule, index) => faultsOf(rule, limits.slot_minutes).map((place) => ({ field: `rules[${String(index)}].${place}`, reason: "CAPACITY_INVALID", params: {} })));
  if (fields.length > 0) throw new Refusal(400, "CAPACITY_INVALID", {}, fields);
}

function withIds(world: World, rules: readonly LimitRule[]): Limits["rules"] {
  return rules.map((rule) => ({ ...rule, rule_id: rule.rule_id ?? world.fresh() }));
}

function put(world: World, branchId: string, rules: readonly LimitRule[], note: string): Limits {
  const kept = keptOf(world);
  const before = limitsOf(world, branchId);
  const versions = versionsOf(world, branchId);
  const next: Limits = { ...before, rules: withIds(world, rules), version: before.version + 1 };
  next.overbooked = overbookedOf(next);
  kept.limits.set(branchId, next);
  kept.versions.set(branchId, [{ version: next.version, changed_at: new Date().toISOString(), changed_by: "陳老闆", note, rules: next.rules }, ...versions]);
  world.emit(branchId, "availability", { sku_ids: [] });
  return next;
}

function versionsOf(world: World, branchId: string): LimitVersion[] {
  const { rules, version } = limitsOf(world, branchId);
  return keptOf(world).versions.get(branchId) ?? [{ version, changed_at: "2026-11-01T02:00:00Z", changed_by: "陳老闆", note: "開幕設定", rules }];
}

function set({ world, ids, body }: Call): { body: unknown } {
  const [branchId = ""] = ids;
  const input = body as { rules: LimitRule[]; version: number; note?: string };
  const before = limitsOf(world, branchId);
  sameVersion(before, input.version);
  judge(before, input.rules);
  return { body: { limits: put(world, branchId, input.rules, input.note ?? "") } };
}

function preview({ world, ids, body }: Call): { body: unknown } {
  const [branchId = ""] = ids;
  const input = body as { rules: LimitRule[]; business_day?: string | null };
  const before = limitsOf(world, branchId);
  judge(before, input.rules);
  const planned = { ...before, rules: input.rules.map((rule, index) => ({ ...rule, rule_id: rule.rule_id ?? String(index) })) };
  const orders = [...world.state.orders.values()].filter((one) => one.branch_id === branchId).slice(0, 3);
  const tried = orders.map((one, index) => ({
    order_id: one.order_id, slot_starts_at: one.promised_at, offered_at: index === 2 ? null : new Date(Date.parse(one.promised_at ?? one.placed_at ?? "") + 900_000).toISOString(), rules: [0],
  }));
  return { body: { overbooked: overbookedOf(planned), business_day: input.business_day ?? dayAt(Date.now() - 24 * HOUR), orders: 86, rescheduled: 2, refused: 1, tried } };
}

function detail({ world, ids, query }: Call): { body: unknown } {
  const products = [...world.state.products.values()].slice(4, 9);
  const orders = [...world.state.orders.values()].filter((one) => one.branch_id === ids[0]).slice(0, 5);
  return {
    body: {
      products: products.map((one, index) => ({ product_id: one.product_id, variant_id: one.variants[0]?.variant_id ?? "", units: 9 - index * 2, make_seconds: 300, amount: 500 })),
      orders: orders.map((one, index) => ({
        order_id: one.order_id, slot_starts_at: query.get("from"), units: 2 + index, business_day: one.business_day,
      })),
    },
  };
}

function copy({ world, body }: Call): { body: unknown } {
  const input = body as { from_branch_id?: string; template_id?: string; to_branch_ids: string[] };
  const rules = input.template_id ? found(keptOf(world).templates.find((one) => one.template_id === input.template_id)).rules : limitsOf(world, input.from_branch_id ?? "").rules;
  return { body: { limits: input.to_branch_ids.map((id) => put(world, id, rules.map((rule) => ({ ...rule, rule_id: null })), "")) } };
}

function saveTemplate({ world, ids, body }: Call): { body: unknown } {
  const input = body as { template_id?: string; name: string; rules: LimitRule[]; version?: number };
  const kept = keptOf(world);
  const before = kept.templates.find((one) => one.template_id === input.template_id);
  if (before) sameVersion(before, input.version);
  if (kept.templates.some((one) => one !== before && one.name === input.name)) throw new Refusal(409, "CODE_TAKEN", {}, [{ field: "template.name", reason: "CODE_TAKEN", params: {} }]);
  const template: LimitTemplate = { template_id: before?.template_id ?? world.fresh(), brand_id: ids[0] ?? "", name: input.name, rules: withIds(world, input.rules), version: (before?.version ?? 0) + 1 };
  kept.templates = [...kept.templates.filter((one) => one !== before), template].toSorted((a, b) => a.name.localeCompare(b.name));
  return { body: { template } };
}

/** Endpoints of 產能限制. */
export const limitRoutes: readonly Route[] = [
  ["GET", /^\/branches\/([^/]+)\/limits$/u, ({ world, ids }) => ({ body: { limits: limitsOf(world, ids[0] ?? "") } })],
  ["PUT", /^\/branches\/([^/]+)\/limits$/u, set],
  ["POST", /^\/branches\/([^/]+)\/limits\/preview$/u, preview],
  ["GET", /^\/branches\/([^/]+)\/limits\/versions$/u, ({ world, ids }) => ({ body: { versions: versionsOf(world, ids[0] ?? ""), next_page_token: null } })],
  ["POST", /^\/limits\/copy$/u, copy],
  ["GET", /^\/brands\/([^/]+)\/limit-templates$/u, ({ world, ids }) => ({ body: { templates: keptOf(world).templates.filter((one) => one.brand_id === ids[0]) } })],
  ["POST", /^\/brands\/([^/]+)\/limit-templates$/u, saveTemplate],
  [
    "DELETE", /^\/brands\/([^/]+)\/limit-templates\/([^/]+)$/u,
    ({ world, ids }) => {
      const kept = keptOf(world);
      kept.templates = kept.templates.filter((one) => one.template_id !== ids[1]);
      return { status: 204, body: "" };
    },
  ],
  [
    "GET", /^\/branches\/([^/]+)\/load$/u,
    ({ world, ids, query }) => {
      const limits = limitsOf(world, ids[0] ?? "");
      return { body: { slots: slotsOf(limits, query.get("from_day") ?? dayAt(Date.now()), Number(query.get("days") ?? 7)), rules: limits.rules } };
    },
  ],
  ["GET", /^\/branches\/([^/]+)\/load\/detail$/u, detail],
];
