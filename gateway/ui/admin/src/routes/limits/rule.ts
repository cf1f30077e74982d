import type { LimitMeasure, LimitRule, LimitTarget, LimitWindow } from "../../data/types";

/** What limits may count, the most usual first. */
export const measures: readonly LimitMeasure[] = ["units", "orders", "make_minutes", "amount"];

export const MOST_RULES = 200;
const MOST_LIMIT = 9_999;
const MOST_AMOUNT = 9_999_999;

/** Parts of the day with the times they usually have in a shop. */
export const dayparts = [
  { name: "breakfast", from_minute: 360, to_minute: 630 },
  { name: "lunch", from_minute: 630, to_minute: 840 },
  { name: "tea", from_minute: 840, to_minute: 1020 },
  { name: "dinner", from_minute: 1020, to_minute: 1260 },
] as const;

export const everything: LimitTarget = { kind: "all", id: null, method: null, name: null };
export const eachSlot: LimitWindow = { kind: "slot", minutes: null, name: null, from_minute: null, to_minute: null };
export const everyDay: LimitRule["days"] = { weekdays: [], from_date: null, to_date: null, date: null };

/** A rule as it begins: 每個時段最多 10 份, every day. */
export function newRule(part: Partial<LimitRule> = {}): LimitRule {
  return {
    rule_id: null, measure: "units", target: everything, window: eachSlot, days: everyDay, limit: 10, people: null,
    shares: [], reserved_for_counter: 0, early_hours: 0, enabled: true, ...part,
  };
}

/** People may say the limit, and work may be done early, only for the making in a slot. */
export function isMaking(rule: Pick<LimitRule, "measure" | "window">): boolean {
  return rule.measure === "make_minutes" && rule.window.kind === "slot";
}

/** Shares or a reserve keep parts of the limit apart. */
export function isParted(rule: LimitRule): boolean {
  return rule.shares.length > 0 || rule.reserved_for_counter > 0;
}

/** The rule with a part of it changed; what then has no meaning is dropped. */
export function changed(rule: LimitRule, part: Partial<LimitRule>): LimitRule {
  const next = { ...rule, ...part };
  const begins = isMaking(next) && !isMaking(rule);
  if (!isMaking(next)) return { ...next, limit: next.people ? 10 : next.limit, people: null, early_hours: 0 };
  // 可提前製作 is on by default, where nothing is kept apart.
  if (begins) return { ...next, people: next.people ?? 1, limit: 0, early_hours: isParted(next) ? 0 : 2 };
  return isParted(next) ? { ...next, early_hours: 0 } : next;
}

/** The limit of a rule in its measure, for slots of so many minutes. */
export function limitOf(rule: Pick<LimitRule, "limit" | "people">, slotMinutes: number): number {
  return rule.people ? rule.people * slotMinutes : rule.limit;
}

/** Places in a rule where something can be wrong, as the gateway names them. */
export type Place = "target.id" | "target.name" | "limit" | "people" | "window.minutes" | "window.name" | "window.to_minute" | "days.weekdays" | "days.to_date" | "shares" | "reserved_for_counter" | "early_hours";

/** What is wrong with a rule before it is sent; the same rules as the server's. */
export function faultsOf(rule: LimitRule, slotMinutes: number): Place[] {
  const faults: Place[] = [];
  const { target, window, days } = rule;
  const named = target.kind === "station" || target.kind === "tag";
  if (["category", "product", "variant"].includes(target.kind) && !target.id) faults.push("target.id");
  if (named && !target.name) faults.push("target.name");
  const most = rule.measure === "amount" ? MOST_AMOUNT : MOST_LIMIT;
  if (rule.limit < 0 || rule.limit > most) faults.push("limit");
  if (rule.people && (rule.people < 1 || rule.people > 99)) faults.push("people");
  if (window.kind === "rolling") {
    const minutes = window.minutes ?? 0;
    if (minutes < 15 || minutes > 240 || minutes % slotMinutes !== 0) faults.push("window.minutes");
  }
  if (window.kind === "daypart") {
    if (!window.name?.trim()) faults.push("window.name");
    if (window.from_minute === window.to_minute) faults.push("window.to_minute");
  }
  if (days.from_date && days.to_date && days.from_date > days.to_date) faults.push("days.to_date");
  if (rule.shares.reduce((sum, share) => sum + share.percent, 0) > 100) faults.push("shares");
  if (rule.reserved_for_counter < 0 || rule.reserved_for_counter > limitOf(rule, slotMinutes)) faults.push("reserved_for_counter");
  if (isParted(rule) && rule.early_hours > 0) faults.push("early_hours");
  return faults;
}

/** Minutes a rolling window may have for slots of this length. */
export function rollingMinutes(slotMinutes: number): number[] {
  const common = [15, 30, 45, 60, 90, 120, 180, 240];
  return common.filter((minutes) => minutes % slotMinutes === 0);
}

/** A rule in a list that is worked on; the key stays while everything else changes. */
export interface Draft {
  key: string;
  rule: LimitRule;
}

let made = 0;

/** Puts rules in a list that is worked on. */
export function draftsOf(rules: readonly LimitRule[]): Draft[] {
  return rules.map((rule) => {
    made += 1;
    return { key: String(made), rule };
  });
}

/** The same rule for a place where it is not known yet. */
export function withoutId(rule: LimitRule): LimitRule {
  return { ...rule, rule_id: null };
}

/** Rules of earlier limits for the limits there are now: those that still exist keep their ids. */
export function restored(rules: readonly LimitRule[], now: readonly LimitRule[]): LimitRule[] {
  const known = new Set(now.map((rule) => rule.rule_id));
  return rules.map((rule) => (known.has(rule.rule_id) ? rule : withoutId(rule)));
}

/** Rules with the same key limit the same thing: one of a single date takes the place of the others. */
export function keyOf({ measure, target, window }: LimitRule): string {
  const what = target.kind === "station" || target.kind === "tag" ? target.name : (target.id ?? target.method);
  return JSON.stringify([measure, target.kind, what ?? null, window.kind, window.minutes ?? null, window.name ?? null, window.from_minute ?? null, window.to_minute ?? null]);
}
