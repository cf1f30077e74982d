import { formatBusinessDay, formatMoney } from "@yizhimai/kit";

import type { LimitRule } from "../../data/types";
import type { T } from "../../i18n";
import { common } from "../../i18n/common";
import { texts } from "./texts";

/** What a sentence needs to know besides the rule. */
export interface Words {
  t: T;
  slotMinutes: number;
  currency: string;
}

/** `06:00` of minutes after midnight, the end of a day as `24:00`. */
export function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** What a rule is about. */
export function targetText({ target }: Pick<LimitRule, "target">, t: T): string {
  if (target.kind === "all") return t(texts.targetAll);
  if (target.kind === "method") return t(common.method[target.method ?? "pickup"]);
  if (target.kind === "station") return t(texts.targetStation, { name: target.name ?? "" });
  if (target.kind === "tag") return t(texts.targetTag, { name: target.name ?? "" });
  return target.name ?? t(texts.targetGone);
}

/** Over which time it counts. */
export function windowText({ window }: Pick<LimitRule, "window">, { t, slotMinutes }: Words): string {
  if (window.kind === "slot") return t(texts.window.each, { minutes: slotMinutes });
  if (window.kind === "rolling") return t(texts.window.any, { minutes: window.minutes ?? 0 });
  if (window.kind === "day") return t(texts.window.wholeDay);
  return `${window.name ?? ""} ${clock(window.from_minute ?? 0)}–${clock(window.to_minute ?? 0)}`.trim();
}

/** A number in a rule's measure. */
export function amountText(measure: LimitRule["measure"], count: number, { t, currency }: Words): string {
  return measure === "amount" ? formatMoney(count, currency) : t(texts.count[measure], { count });
}

/** Most of it. */
export function mostText(rule: LimitRule, words: Words): string {
  const { t, slotMinutes } = words;
  if (rule.people) return t(texts.mostPeople, { people: rule.people, minutes: rule.people * slotMinutes });
  if (rule.limit === 0) return t(texts.mostClosed);
  return t(texts.mostCount, { amount: amountText(rule.measure, rule.limit, words) });
}

const isWeek = (days: readonly number[], of: readonly number[]) => days.length === of.length && of.every((day) => days.includes(day));

/** The days it counts on; empty for every day. */
export function daysText({ days }: Pick<LimitRule, "days">, t: T): string {
  if (days.date) return t(texts.days.only, { day: formatBusinessDay(days.date, t.locale) });
  const { weekdays } = days;
  const week = isWeek(weekdays, [1, 2, 3, 4, 5])
    ? t(texts.days.work)
    : isWeek(weekdays, [6, 7])
      ? t(texts.days.weekend)
      : weekdays.length === 0 || weekdays.length === 7
        ? ""
        : weekdays.toSorted((a, b) => a - b).map((day) => t(common.weekday[day as 1])).join(t(texts.and));
  const from = days.from_date && formatBusinessDay(days.from_date, t.locale);
  const to = days.to_date && formatBusinessDay(days.to_date, t.locale);
  const dates = from && to ? t(texts.days.between, { from, to }) : from ? t(texts.days.from, { from }) : to ? t(texts.days.to, { to }) : "";
  return [week, dates].filter(Boolean).join(" ");
}

/** What a rule says, in one line: 每 15 分鐘 · 蛋糕 · 最多 10 份. */
export function sentence(rule: LimitRule, words: Words): string {
  return [daysText(rule, words.t), windowText(rule, words), targetText(rule, words.t), mostText(rule, words)].filter(Boolean).join(" · ");
}

/** What it says besides: shares, the counter's reserve, work done early. */
export function besides(rule: LimitRule, words: Words): string {
  const { t } = words;
  const shares = rule.shares.map(({ channel, percent }) => t(texts.shareOf, { channel: t(common.channel[channel]), percent }));
  const reserve = rule.reserved_for_counter > 0 ? [t(texts.reserveOf, { amount: amountText(rule.measure, rule.reserved_for_counter, words) })] : [];
  const early = rule.early_hours > 0 ? [t(texts.earlyOf, { hours: rule.early_hours })] : [];
  return [...shares, ...reserve, ...early].join(" · ");
}
