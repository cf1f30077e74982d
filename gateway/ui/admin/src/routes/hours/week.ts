import type { Period } from "../../data/types";

export const DAY_MINUTES = 1_440;
/** The picture of a day goes on to 06:00 of the next, so that late openings are seen whole. */
export const PICTURE_MINUTES = 1_800;
export const MOST_PERIODS = 6;
export const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;
export type Weekday = (typeof weekdays)[number];

/** Opening and close of a day, whichever day it is. */
export type Span = Pick<Period, "open_minute" | "close_minute">;

/** Minutes after the midnight before it opens; a close at or before the opening is on the next day. */
export function closeOf({ open_minute, close_minute }: Span): number {
  return close_minute > open_minute ? close_minute : close_minute + DAY_MINUTES;
}

/** The day is one continuous opening. */
export function isWholeDay({ open_minute, close_minute }: Span): boolean {
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

/** Whether a span begins before the one before it has ended; on a ring of `around` minutes the last is also before the first. */
function meet(spans: readonly { from: number; to: number }[], around: number | undefined, found: (index: number) => void): void {
  const sorted = spans.map((span, index) => ({ ...span, index })).toSorted((a, b) => a.from - b.from);
  for (const [position, span] of sorted.entries()) {
    const [first] = sorted;
    const wrapped = around !== undefined && first && sorted.length > 1 ? { ...first, from: first.from + around } : undefined;
    const next = sorted[position + 1] ?? wrapped;
    if (next && span.to > next.from) found(span.index);
  }
}

/** The weekdays with a period that runs into another one, also into the next day's. */
export function overlappingDays(periods: readonly Period[]): number[] {
  const spans = periods.map((period) => {
    const from = (period.weekday - 1) * DAY_MINUTES + period.open_minute;
    return { from, to: from + closeOf(period) - period.open_minute };
  });
  const days = new Set<number>();
  meet(spans, 7 * DAY_MINUTES, (index) => days.add(periods[index]?.weekday ?? 0));
  return [...days];
}

/** The periods of a special day run into each other, or with several days one night into the next morning. */
export function overlaps(spans: readonly Span[], repeated: boolean): boolean {
  let found = false;
  meet(spans.map((span) => ({ from: span.open_minute, to: closeOf(span) })), repeated ? DAY_MINUTES : undefined, () => (found = true));
  return found;
}

/** A part of the picture of a day. */
export interface Bar {
  from: number;
  to: number;
  /** What is left of the night before. */
  carried: boolean;
  /** The period it shows, as it stands in the list. */
  period: Period;
}

/** Parts of the picture of a day: what opens on it, and what is left of the night before. */
export function bars(periods: readonly Period[], weekday: number): Bar[] {
  const own = ofDay(periods, weekday).map((period) => ({ from: period.open_minute, to: Math.min(closeOf(period), PICTURE_MINUTES), carried: false, period }));
  const before = ofDay(periods, weekday === 1 ? 7 : weekday - 1)
    .filter((period) => closeOf(period) > DAY_MINUTES)
    .map((period) => ({ from: 0, to: closeOf(period) - DAY_MINUTES, carried: true, period }));
  return [...before, ...own];
}

/** The rests between the periods of a day, for the picture. */
export function rests(periods: readonly Period[], weekday: number): { from: number; to: number }[] {
  const own = bars(periods, weekday).filter((bar) => !bar.carried);
  return own.flatMap((bar, index) => {
    const next = own[index + 1];
    return next && next.from > bar.to ? [{ from: bar.to, to: next.from }] : [];
  });
}

/** A new period that begins about where a day was tapped: on the half hour, until the next one or four hours long. */
export function periodAt(periods: readonly Period[], weekday: number, minute: number): Period | undefined {
  const own = ofDay(periods, weekday);
  if (own.length >= MOST_PERIODS) return undefined;
  const open_minute = Math.min(Math.max(Math.floor(minute / 30) * 30, 0), DAY_MINUTES - 30);
  if (bars(periods, weekday).some((bar) => bar.from <= open_minute && open_minute < bar.to)) return undefined;
  const next = own.find((period) => period.open_minute > open_minute);
  const close = Math.min(open_minute + 240, next?.open_minute ?? DAY_MINUTES);
  return close > open_minute ? { weekday, open_minute, close_minute: close } : undefined;
}

/** The periods of one day given to others in place of theirs. */
export function copyDay(periods: readonly Period[], from: number, to: readonly number[]): Period[] {
  const model = ofDay(periods, from);
  const kept = periods.filter((period) => period.weekday === from || !to.includes(period.weekday));
  return [...kept, ...to.filter((day) => day !== from).flatMap((weekday) => model.map((period) => ({ ...period, weekday })))];
}

/** Open at every minute of the week. */
export function isWholeWeek(periods: readonly Period[]): boolean {
  return weekdays.every((weekday) => ofDay(periods, weekday).some(isWholeDay));
}

/** Weekdays that follow each other with the same hours: Monday to Friday, Saturday and Sunday. */
export function daysAlike(periods: readonly Period[]): { days: Weekday[]; spans: Span[] }[] {
  const groups: { days: Weekday[]; spans: Span[]; key: string }[] = [];
  for (const weekday of weekdays) {
    const spans = ofDay(periods, weekday).map(({ open_minute, close_minute }) => ({ open_minute, close_minute }));
    const key = JSON.stringify(spans);
    const last = groups.at(-1);
    if (last?.key === key) last.days.push(weekday);
    else groups.push({ days: [weekday], spans, key });
  }
  return groups.map(({ days, spans }) => ({ days, spans }));
}
