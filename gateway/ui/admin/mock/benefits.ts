import type { Coupon, CouponTemplate, PromoCode, Promotion, Replay, RuleCheck, SampleCart, SamplePrice } from "../src/data/benefit-types";
import { faultsOf, newRule, noConditions, noEffect, noLimits, percentOff, whole, type Rule } from "../src/routes/rules/rule";
import { newTemplate } from "../src/routes/coupons/template";
import type { Call, Route } from "./routes";
import { badField, found, Refusal, sameVersion, type World } from "./world";

interface Kept {
  promotions: Map<string, Promotion>;
  codes: Map<string, PromoCode>;
  templates: Map<string, CouponTemplate>;
  coupons: Map<string, Coupon>;
  replays: Map<string, Replay & { reads: number }>;
}

const held = new WeakMap<World, Kept>();
const DAY_MS = 86_400_000;
const iso = (at = Date.now()) => new Date(at).toISOString();
const unused = { orders: 0, held: 0, spent: 0, counted: true };

function of(world: World): Kept {
  const known = held.get(world);
  if (known) return known;
  const kept: Kept = { promotions: new Map(), codes: new Map(), templates: new Map(), coupons: new Map(), replays: new Map() };
  held.set(world, kept);
  const brandId = world.state.brands[0]?.brand_id ?? "";
  const tea = [...world.state.products.values()].find((one) => one.brand_id === brandId);
  const rule = (part: Partial<Rule>): Rule => ({ ...newRule("promotion"), rule_id: world.fresh(), version: 1, conditions: { ...noConditions, brand_ids: [brandId] }, ...part });
  const promotion = (internal_name: string, state: Promotion["state"], one: Rule, usage = unused): void => {
    const promotion_id = one.rule_id;
    kept.promotions.set(promotion_id, {
      promotion_id, version: 1, internal_name, note: "", state, rule: one, cost_shares: [], enabled_at: state === "draft" ? null : iso(), state_changed_at: null, updated_at: iso(), usage,
    });
  };
  const target = { product_ids: tea ? [tea.product_id] : [], variant_ids: [], category_ids: [], excluded_product_ids: [], excluded_category_ids: [] };
  promotion("下午茶三件 99", "active", rule({
    name: "任選三杯 99", target, effect: { ...noEffect, any_n: { n: 3, price: 99, percent_bp: null } }, limits: { ...noLimits, per_order: 2 },
    conditions: { ...noConditions, brand_ids: [brandId], weekdays: [1, 2, 3, 4, 5], hours: [{ from_minute: 840, to_minute: 1_020 }] },
  }), { orders: 128, held: 2, spent: 2_340, counted: true });
  promotion("週年慶滿額折", "draft", rule({ name: "滿 300 折 50" }));
  promotion("甜點第二件半價", "paused", rule({ name: "第二件半價", effect: { ...noEffect, nth_unit: { n: 2, off: percentOff(5_000), most_expensive: false } } }));
  const code = (internal_name: string, part: Partial<PromoCode>): void => {
    const promo_code_id = world.fresh();
    kept.codes.set(promo_code_id, {
      promo_code_id, version: 1, internal_name, note: "", code: "", code_count: 1, prefix: "", uses_per_code: 0, state: "enabled", rule: { ...rule({ name: internal_name }), benefit_class: "code" },
      cost_shares: [], state_changed_at: iso(), state_changed_by: "陳老闆", created_at: iso(), usage: { ...unused, orders: 12 }, ...part,
    });
  };
  code("新朋友 100 元", { code: "HELLO100" });
  code("傳單", { code: "FLYER-50", state: "disabled" });
  code("VIP 感謝", { code_count: 500, prefix: "VIP", uses_per_code: 1 });
  const draft = newTemplate(brandId);
  const template_id = world.fresh();
  kept.templates.set(template_id, { ...draft, rule: { ...draft.rule, rule_id: template_id, name: "折抵 50 元" }, template_id, version: 1, internal_name: "生日禮 50 元", state: "active", issued_count: 3, used_count: 1, updated_at: iso() });
  for (const [index, state] of (["unused", "used", "expired"] as const).entries()) issue(world, kept, template_id, state, index);
  return kept;
}

function issue(world: World, kept: Kept, template_id: string, state: Coupon["state"], index: number): Coupon {
  const template = found(kept.templates.get(template_id));
  const coupon_id = world.fresh();
  const coupon: Coupon = {
    coupon_id, template_id, name: template.rule.name, code: `ABCD2345EFG${String(index)}`, member_id: world.fresh(), state, uses_left: state === "unused" ? template.uses_per_coupon : 0, uses_allowed: template.uses_per_coupon,
    valid_from: iso(Date.now() - DAY_MS), valid_until: iso(Date.now() + 30 * DAY_MS), issued_at: iso(), terms: "每單限用一張", picture_url: "", transferable: false, offered_until: null, rule: template.rule, order_id: "",
  };
  kept.coupons.set(coupon_id, coupon);
  return coupon;
}

const first = ({ ids }: Call): string => ids[0] ?? "";

function checked(rule: Rule, at: string): Rule {
  const [fault] = faultsOf(whole(rule));
  if (fault) throw badField(`${at}.rule.${fault}`, "VALIDATION_FAILED");
  return whole(rule);
}

function savePromotion(call: Call): { body: unknown } {
  const { promotions } = of(call.world);
  const { version, promotion: draft } = call.body as { version?: number; promotion: Promotion };
  const known = promotions.get(first(call));
  if (known) sameVersion(known, version);
  const promotion_id = known?.promotion_id ?? call.world.fresh();
  const saved: Promotion = {
    ...(known ?? { state: "draft", enabled_at: null, state_changed_at: null, usage: { ...unused, counted: false } }), ...draft, promotion_id, version: (known?.version ?? 0) + 1, updated_at: iso(),
    rule: { ...checked(draft.rule as Rule, "promotion"), rule_id: promotion_id, version: (known?.rule.version ?? 0) + 1, benefit_class: "promotion" },
  };
  promotions.set(promotion_id, saved);
  return { body: { promotion: saved, warnings: [] } };
}

function step(call: Call): { body: unknown } {
  const known = found(of(call.world).promotions.get(first(call)));
  const { version, step: taken } = call.body as { version: number; step: "enable" | "pause" | "resume" | "end" };
  sameVersion(known, version);
  const state = ({ enable: "active", pause: "paused", resume: "active", end: "ended" } as const)[taken];
  Object.assign(known, { state, version: known.version + 1, enabled_at: known.enabled_at ?? iso() });
  return { body: { promotion: known, warnings: [] } };
}

/** A tenth off, as if the rule said so: enough to look at the screen. */
function preview(call: Call): { body: unknown } {
  const { carts, rule } = call.body as { carts: SampleCart[]; rule: Rule };
  const prices = new Map([...call.world.state.products.values()].flatMap(({ variants }) => variants.map((one) => [one.variant_id ?? "", one.price] as const)));
  const priced = carts.map(({ lines }): SamplePrice => {
    const list_total = lines.reduce((sum, line) => sum + (prices.get(line.variant_id) ?? 0) * line.quantity, 0);
    const least = Math.max(rule.effect.order?.thresholds[0]?.at ?? 0, rule.conditions.min_spend);
    const off = list_total >= least ? Math.round(list_total / 10) : 0;
    const adjustments = off > 0 ? [{ stage: "C", rule_id: rule.rule_id, name: rule.name, amount: -off, kind: "order_percent", params: { percent_bp: "1000", off: String(off), times: "1" } }] : [];
    const rejections = off > 0 ? [] : [{ rule_id: rule.rule_id, name: rule.name, reason: "MIN_SPEND", params: { gap: String(least - list_total) } }];
    return { list_total, before: list_total, after: list_total - off, adjustments, rejections, unknown_lines: [] };
  });
  return { body: { prices: priced } };
}

function check(call: Call): { body: RuleCheck } {
  const [one] = [...of(call.world).promotions.values()];
  const products = [...call.world.state.products.values()].slice(0, 5);
  const worst = products.flatMap(({ product_id, name, variants }) => variants.slice(0, 1).map((variant) => ({ product_id, variant_id: variant.variant_id ?? "", name, list: variant.price, least: Math.round(variant.price * 0.6), rule_ids: [] })));
  return { body: { conflicts: one ? [{ rule_id: one.promotion_id, name: one.rule.name, relation: "stacks" }] : [], depth: 2, worst, below_floor: 0, warnings: [] } };
}

function startReplay(call: Call): { body: unknown } {
  const { brand_id, promotion_id, rule, days } = call.body as Replay;
  const replay = { replay_id: call.world.fresh(), brand_id, promotion_id, rule, days, state: "running" as const, orders_read: 0, started_at: iso(), finished_at: null, result: null, reads: 0 };
  of(call.world).replays.set(replay.replay_id, replay);
  return { body: { replay } };
}

function getReplay(call: Call): { body: unknown } {
  const replay = found(of(call.world).replays.get(first(call)));
  replay.reads += 1;
  const [branch] = call.world.state.branches;
  const [order] = call.world.state.orders.values();
  if (replay.reads > 2 && branch && order) {
    Object.assign(replay, {
      state: "finished", orders_read: 4_200, finished_at: iso(),
      result: {
        orders: 4_200, reproduced: 4_199, truncated: false, touched: 860, delivery_off: 0, gifts: 1_200, net_before: 512_300, net_after: 469_300,
        branches: [{ branch_id: branch.branch_id, touched: 860, net_before: 512_300, net_after: 469_300 }],
        products: [...call.world.state.products.values()].slice(0, 3).map(({ product_id, name }, index) => ({ product_id, name, units: 300 - index * 70, net_before: 20_000 - index * 3_000, net_after: 18_000 - index * 2_800 })),
        largest: [{ order_id: order.order_id, order_number: order.order_number, branch_id: order.branch_id, net_before: 1_280, net_after: 1_030 }],
        by_day: Array.from({ length: 14 }, (_, index) => ({
          business_day: iso(Date.now() - (14 - index) * DAY_MS).slice(0, 10), orders: 300, touched: 61, net_before: 36_500 + index * 120, net_after: 33_400 + index * 110,
          week_before: index < 7 ? null : { orders: 290, net: 35_000 + index * 90 },
        })),
        mismatches: [{ order_id: order.order_id, order_number: order.order_number, branch_id: order.branch_id, sold: 320, now: 315 }],
      },
    });
  } else replay.orders_read += 1_400;
  return { body: { replay } };
}

function result(call: Call): { body: unknown } {
  const [branch] = call.world.state.branches;
  const days = Array.from({ length: 7 }, (_, index) => ({ business_day: iso(Date.now() - index * DAY_MS).slice(0, 10), branch_id: branch?.branch_id ?? "", orders: 18 - index, first_orders: index % 3, discount: 540 - index * 30, net: 5_400 - index * 200, branch_day: { orders: 80, net: 21_000 - index * 300 }, week_before: index === 3 ? null : { orders: 76, net: 19_500 } }));
  return { body: { days } };
}

function saveCode(call: Call): { body: unknown } {
  const { codes } = of(call.world);
  const { version, promo_code: draft, code, batch, disabled } = call.body as { version?: number; promo_code: PromoCode; code?: string; batch?: { count?: number; prefix?: string; uses_per_code?: number; csv?: string }; disabled?: boolean };
  const known = codes.get(first(call));
  if (known) sameVersion(known, version);
  if (code && [...codes.values()].some((one) => one.code === code && one.state === "enabled")) throw badField("code", "CODE_TAKEN");
  const promo_code_id = known?.promo_code_id ?? call.world.fresh();
  const made = known ?? {
    code: code ?? "", code_count: batch ? (batch.count ?? batch.csv?.split("\n").length ?? 0) : 1, prefix: batch?.prefix ?? "", uses_per_code: batch?.uses_per_code ?? 0, state: disabled ? ("disabled" as const) : ("enabled" as const),
    state_changed_at: iso(), state_changed_by: "陳老闆", created_at: iso(), usage: unused,
  };
  const saved: PromoCode = { ...made, ...draft, promo_code_id, version: (known?.version ?? 0) + 1, rule: { ...checked(draft.rule as Rule, "promo_code"), rule_id: promo_code_id, benefit_class: "code" } };
  codes.set(promo_code_id, saved);
  return { body: { promo_code: saved } };
}

function switchCodes(call: Call): { body: unknown } {
  const { promo_code_ids, enabled } = call.body as { promo_code_ids: string[]; enabled: boolean };
  for (const id of promo_code_ids) Object.assign(found(of(call.world).codes.get(id)), { state: enabled ? "enabled" : "disabled", state_changed_at: iso() });
  return { body: { changed_count: promo_code_ids.length } };
}

function copyCode(call: Call): { body: unknown } {
  const from = found(of(call.world).codes.get(first(call)));
  const { code = "", batch } = call.body as { code?: string; batch?: { count?: number } };
  const copy = { ...from, promo_code_id: call.world.fresh(), version: 1, code, code_count: batch?.count ?? 1, state: "disabled" as const, usage: unused };
  of(call.world).codes.set(copy.promo_code_id, copy);
  return { body: { promo_code: copy } };
}

function saveTemplate(call: Call): { body: unknown } {
  const { templates } = of(call.world);
  const { version, template: draft } = call.body as { version?: number; template: CouponTemplate };
  const known = templates.get(first(call));
  if (known) sameVersion(known, version);
  const template_id = known?.template_id ?? call.world.fresh();
  const saved: CouponTemplate = {
    ...(known ?? { state: "draft" as const, issued_count: 0, used_count: 0 }), ...draft, template_id, version: (known?.version ?? 0) + 1, updated_at: iso(),
    rule: { ...checked(draft.rule as Rule, "template"), rule_id: template_id, benefit_class: "coupon" },
  };
  templates.set(template_id, saved);
  return { body: { template: saved } };
}

function redeem(call: Call): { body: unknown } {
  const { code } = call.body as { code: string };
  const coupon = [...of(call.world).coupons.values()].find((one) => one.code === code);
  if (!coupon) throw badField("code", "CODE_INVALID");
  if (coupon.state === "used") throw new Refusal(409, "COUPON_USED", { used_at: iso(Date.now() - DAY_MS), by: "小林", branch_id: call.world.state.branches[0]?.branch_id ?? "" });
  if (coupon.state !== "unused") throw new Refusal(410, "COUPON_EXPIRED");
  Object.assign(coupon, { uses_left: coupon.uses_left - 1, state: coupon.uses_left > 1 ? "unused" : "used" });
  return { body: { coupon } };
}

function byCode(call: Call): { body: unknown } {
  const coupon = [...of(call.world).coupons.values()].find((one) => one.code === first(call));
  if (!coupon) throw new Refusal(404, "CODE_INVALID");
  const reason = ({ used: "COUPON_USED", expired: "COUPON_EXPIRED" } as Record<string, string>)[coupon.state] ?? "";
  return { body: { coupon, reason, params: reason === "COUPON_USED" ? { used_at: iso(Date.now() - DAY_MS), by: "小林", branch_id: call.world.state.branches[0]?.branch_id ?? "" } : {} } };
}

const listed = <V>(rows: readonly V[], name: string) => ({ body: { [name]: rows, next_page_token: null } });

export const benefitRoutes: readonly Route[] = [
  ["GET", /^\/promotions$/u, ({ world, query }) => listed([...of(world).promotions.values()].filter((one) => !query.get("states") || one.state === query.get("states")), "promotions")],
  ["POST", /^\/promotions$/u, savePromotion],
  ["POST", /^\/promotions\/preview$/u, preview],
  ["POST", /^\/promotions\/check$/u, check],
  ["POST", /^\/promotions\/replays$/u, startReplay],
  ["GET", /^\/promotions\/replays\/([^/]+)$/u, getReplay],
  ["GET", /^\/promotions\/([^/]+)$/u, (call) => ({ body: { promotion: found(of(call.world).promotions.get(first(call))), editable: true } })],
  ["PUT", /^\/promotions\/([^/]+)$/u, savePromotion],
  ["POST", /^\/promotions\/([^/]+)\/state$/u, step],
  ["GET", /^\/promotions\/([^/]+)\/versions$/u, (call) => ({ body: { versions: [{ rule: found(of(call.world).promotions.get(first(call))).rule, saved_at: iso(), saved_by: "陳老闆" }] } })],
  ["GET", /^\/promotions\/([^/]+)\/result$/u, result],
  ["GET", /^\/brands\/([^/]+)\/benefit-settings$/u, () => ({ body: { settings: { discount_cap_bp: null, max_codes: 1, max_coupons: 1 }, version: 0 } })],
  ["PUT", /^\/brands\/([^/]+)\/benefit-settings$/u, ({ body }) => ({ body: { settings: (body as { settings: unknown }).settings, version: 1 } })],
  ["GET", /^\/promo-codes$/u, ({ world }) => listed([...of(world).codes.values()], "promo_codes")],
  ["POST", /^\/promo-codes$/u, saveCode],
  ["POST", /^\/promo-codes\/switch$/u, switchCodes],
  ["GET", /^\/promo-codes\/([^/]+)$/u, (call) => ({ body: { promo_code: found(of(call.world).codes.get(first(call))), editable: true } })],
  ["PUT", /^\/promo-codes\/([^/]+)$/u, saveCode],
  ["POST", /^\/promo-codes\/([^/]+)\/copy$/u, copyCode],
  ["GET", /^\/promo-codes\/([^/]+)\/uses$/u, () => listed([], "uses")],
  ["GET", /^\/promo-codes\/([^/]+)\/csv$/u, () => ({ body: { csv: "code,uses\n", file_name: "codes.csv" } })],
  ["GET", /^\/coupon-templates$/u, ({ world }) => listed([...of(world).templates.values()], "templates")],
  ["POST", /^\/coupon-templates$/u, saveTemplate],
  ["GET", /^\/coupon-templates\/([^/]+)$/u, (call) => ({ body: { template: found(of(call.world).templates.get(first(call))), editable: true } })],
  ["PUT", /^\/coupon-templates\/([^/]+)$/u, saveTemplate],
  ["POST", /^\/coupon-templates\/([^/]+)\/state$/u, (call) => {
    const template = found(of(call.world).templates.get(first(call)));
    Object.assign(template, { state: (call.body as { state: string }).state, version: template.version + 1 });
    return { body: { template } };
  }],
  ["POST", /^\/coupon-templates\/([^/]+)\/coupons$/u, (call) => {
    const { member_ids } = call.body as { member_ids: string[] };
    for (const [index] of member_ids.entries()) issue(call.world, of(call.world), first(call), "unused", 4 + index);
    return { body: { issued_count: member_ids.length, batch_id: call.world.fresh(), not_issued: [] } };
  }],
  ["GET", /^\/coupons$/u, ({ world, query }) => listed([...of(world).coupons.values()].filter((one) => one.template_id === query.get("template_id") && (!query.get("state") || one.state === query.get("state"))), "coupons")],
  ["GET", /^\/coupons\/by-code\/([^/]+)$/u, byCode],
  ["POST", /^\/coupons\/redeem$/u, redeem],
  ["POST", /^\/coupons\/void$/u, (call) => {
    const { coupon_ids } = call.body as { coupon_ids: string[] };
    for (const id of coupon_ids) Object.assign(found(of(call.world).coupons.get(id)), { state: "voided", uses_left: 0 });
    return { body: { voided_count: coupon_ids.length } };
  }],
  ["POST", /^\/coupons\/extend$/u, ({ body }) => ({ body: { extended_count: (body as { coupon_ids?: string[] }).coupon_ids?.length ?? 1 } })],
  ["GET", /^\/coupons\/([^/]+)$/u, (call) => ({ body: { coupon: found(of(call.world).coupons.get(first(call))), entries: [{ at: iso(), kind: "issued", order_id: "", branch_id: "", actor: "陳老闆", reason: "" }] } })],
];
