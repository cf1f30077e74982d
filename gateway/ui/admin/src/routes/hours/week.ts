import type { Period } from "../../data/types";

export const DAY_MINUTES = 1_440;
/** The picture of a day goes on to 06:00 of the next, so that late openings are seen whole. */
export const PICTURE_MINUTES = 1_800;
export const MOST_PERIODS = 6;

/** Minutes after the midnight before it opens; a close at or before the opening is on the next day. */
export function closeOf({ open_minute, close_minute }: Period): number {
  return close_minute > open_minute ? close_minute : close_minute + DAY_MINUTES;
}

/** The day is one continuous opening. */
export function isWholeDay({ open_minute, close_minute }: Period): boolean {
  return open_minute === 0 && close_minute === DAY_MINUTES;
}

/** 510 → `08:30`; midnight at the end of a day is `24:00`. */
export function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** `08:30` → 510; undefined for what is no time. */
export function minuteOf(text: string): number | undefined {
  const match = /^(\d{1,2}):(\d{2})/u.exec(text);
  if (!match) return undefined;
  const minute = Number(match[1]) * 60 + Number(match[2]);
  return minute <= DAY_MINUTES ? minute : undefined;
}

/** Periods of a weekday by opening. */
export function ofDay(periods: readonly Period[], weekday: number): Period[] {
  return periods.filter((period) => period.weekday === weekday).toSorted((a, b) => a.open_minute - b.open_minute);
}

/** The weekdays with a period that runs into another one, also into the next day's. */
export function overlappingDays(periods: readonly Period[]): number[] {
  const week = 7 * DAY_MINUTES;
  const spans = periods
    .map((period) => {
      const from = (period.weekday - 1) * DAY_MINUTES + period.open_minute;
      return { weekday: period.weekday, from, to: from + closeOf(period) - period.open_minute };
    })
    .toSorted((a, b) => a.from - b.from);
  const [first] = spans;
  const days = new Set<number>();
  for (const [index, span] of spans.entries()) {
    const next = spans[index + 1] ?? (first && spans.length > 1 ? { ...first, from: first.from + week } : undefined);
    if (next && span.to > next.from) days.add(span.weekday);
  }
  return [...days];
}

/** Parts of the picture of a day: what opens on it, and what is left of the night before. */
export function bars(periods: readonly Period[], weekday: number): { from: number; to: number; carried: boolean }[] {
  const own = ofDay(periods, weekday).map((period) => ({ from: period.open_minute, to: Math.min(closeOf(period), PICTURE_MINUTES), carried: false }));
  const before = ofDay(periods, weekday === 1 ? 7 : weekday - 1)
    .filter((period) => closeOf(period) > DAY_MINUTES)
    .map((period) => ({ from: 0, to: closeOf(period) - DAY_MINUTES, carried: true }));
  return [...before, ...own];
}

/** The periods of one day given to others in place of theirs. */
export function copyDay(periods: readonly Period[], from: number, to: readonly number[]): Period[] {
  const model = ofDay(periods, from);
  const kept = periods.filter((period) => period.weekday === from || !to.includes(period.weekday));
  return [...kept, ...to.filter((day) => day !== from).flatMap((weekday) => model.map((period) => ({ ...period, weekday })))];
}
