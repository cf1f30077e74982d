import type { GivingDraft, GivingRule, GivingState } from "../src/data/benefit-types";
import type { Call, Route } from "./routes";
import { found, sameVersion, type World } from "./world";

const held = new WeakMap<World, GivingRule[]>();
const now = () => new Date().toISOString();

function of(world: World): GivingRule[] {
  const known = held.get(world) ?? [];
  held.set(world, known);
  return known;
}

function list({ world, query }: Call) {
  const template = query.get("template_id");
  const rules = of(world).filter((one) => (!template || one.rule.template_id === template) && (query.get("with_ended") === "true" || one.state !== "ended"));
  return { body: { rules, next_page_token: null } };
}

function save({ world, ids, body }: Call) {
  const { rule, version } = body as { rule: GivingDraft; version?: number };
  const known = of(world).find((one) => one.rule_id === ids[0]);
  if (ids[0]) sameVersion(found(known), version);
  const saved: GivingRule = {
    rule_id: known?.rule_id ?? world.fresh(), version: (known?.version ?? 0) + 1, rule, state: known?.state ?? "active", coupon_name: "折抵 50 元", given_count: known?.given_count ?? 0,
    last_given_at: known?.last_given_at ?? null, stopped_by: "", updated_at: now(),
  };
  held.set(world, [saved, ...of(world).filter((one) => one !== known)]);
  return { status: known ? 200 : 201, body: { rule: saved } };
}

function change({ world, ids, body }: Call) {
  const { state, version } = body as { state: GivingState; version: number };
  const rule = found(of(world).find((one) => one.rule_id === ids[0]));
  sameVersion(rule, version);
  Object.assign(rule, { state, version: rule.version + 1, updated_at: now() });
  return { body: { rule } };
}

/** Rules of given coupons. */
export const givingRoutes: readonly Route[] = [
  ["GET", /^\/giving-rules$/u, list],
  ["POST", /^\/giving-rules$/u, save],
  ["PUT", /^\/giving-rules\/([^/]+)$/u, save],
  ["POST", /^\/giving-rules\/([^/]+)\/state$/u, change],
];
