import type { LimitRule } from "../../data/types";
import { draftsOf, everyDay, keyOf, withoutId, type Draft } from "./rule";

/** Where a rule is copied to: weekdays, or single dates. */
export type Days = { weekdays: readonly number[] } | { dates: readonly string[] };

const week = [1, 2, 3, 4, 5, 6, 7];

/** The weekdays of a rule that is not of a single date; none said are all. */
function daysOf({ days }: LimitRule): number[] {
  return days.weekdays.length > 0 ? days.weekdays : week;
}

/** A rule that limits the same thing, without the weekdays that another now says. */
function without(rule: LimitRule, weekdays: readonly number[]): LimitRule | undefined {
  const left = daysOf(rule).filter((day) => !weekdays.includes(day));
  return left.length > 0 ? { ...rule, days: { ...rule.days, weekdays: left } } : undefined;
}

/** The days of two rules are the same: what is made for a day is copied together. */
export function hasDaysOf(rule: LimitRule, other: LimitRule): boolean {
  const day = ({ days }: LimitRule) => JSON.stringify([days.date ?? null, days.from_date ?? null, days.to_date ?? null, days.weekdays.toSorted((a, b) => a - b)]);
  return day(rule) === day(other);
}

const isWithin = ({ days }: LimitRule, other: LimitRule["days"]) => (days.from_date ?? null) === (other.from_date ?? null) && (days.to_date ?? null) === (other.to_date ?? null);

/**
 * Copies a rule to other days, within the dates it has. What limits the same thing on them gives way:
 * two of them would both have to hold, and the lower would win.
 */
export function copiedTo(drafts: readonly Draft[], source: Draft, days: Days): Draft[] {
  const same = (draft: Draft) => draft !== source && keyOf(draft.rule) === keyOf(source.rule);
  if ("dates" in days) {
    const dates = days.dates.filter((date) => date !== source.rule.days.date);
    const kept = drafts.filter((draft) => !(same(draft) && draft.rule.days.date && dates.includes(draft.rule.days.date)));
    return [...kept, ...draftsOf(dates.toSorted().map((date) => ({ ...withoutId(source.rule), days: { ...everyDay, date } })))];
  }
  const base = source.rule.days.date ? everyDay : source.rule.days;
  const own = source.rule.days.date ? [] : daysOf(source.rule);
  const weekdays = days.weekdays.filter((day) => !own.includes(day)).toSorted((a, b) => a - b);
  if (weekdays.length === 0) return [...drafts];
  const kept = drafts.flatMap((draft) => {
    if (!same(draft) || draft.rule.days.date || !isWithin(draft.rule, base)) return [draft];
    const rule = without(draft.rule, weekdays);
    return rule ? [{ ...draft, rule }] : [];
  });
  return [...kept, ...draftsOf([{ ...withoutId(source.rule), days: { ...base, weekdays } }])];
}
