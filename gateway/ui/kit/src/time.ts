import type { Locale } from "./translator";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const formats = new Map<string, Intl.DateTimeFormat>();

interface WallClock {
  year: string;
  month: string;
  day: string;
  hour: string;
  minute: string;
}

function wallClock(instant: string | Date, timeZone: string): WallClock {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(new Date(instant)).map((part) => [part.type, part.value]));
  return parts as unknown as WallClock;
}

/** `10:36` on the branch's clock; `—` for no time. */
export function formatTime(instant: string | Date | null | undefined, timeZone: string): string {
  if (!instant) return "—";
  const { hour, minute } = wallClock(instant, timeZone);
  return `${hour}:${minute}`;
}

/** `2026-06-12` on the branch's calendar; `—` for no time. */
export function formatDate(instant: string | Date | null | undefined, timeZone: string): string {
  if (!instant) return "—";
  const { year, month, day } = wallClock(instant, timeZone);
  return `${year}-${month}-${day}`;
}

/** `2026-06-12 10:36` in the branch's zone; `—` for no time. */
export function formatDateTime(instant: string | Date | null | undefined, timeZone: string): string {
  return instant ? `${formatDate(instant, timeZone)} ${formatTime(instant, timeZone)}` : "—";
}

/** What a clock in the zone shows at an instant: `2026-06-12T10:36`. */
export function wallOf(instant: string | Date, timeZone: string): string {
  return `${formatDate(instant, timeZone)}T${formatTime(instant, timeZone)}`;
}

/** The instant at which a clock in the zone shows `wall`; of a doubled hour the first. */
export function instantOf(wall: string, timeZone: string): string {
  const shown = Date.parse(`${wall}:00Z`);
  const shownAt = (instant: number) => Date.parse(`${wallOf(new Date(instant), timeZone)}:00Z`);
  const first = shown - (shownAt(shown) - shown);
  const exact = first - (shownAt(first) - shown);
  return new Date(Math.min(first, exact)).toISOString();
}

/** The business day an instant belongs to: the calendar day of the branch, turned over at its cut-off. */
export function businessDay(instant: string | Date, timeZone: string, cutoffMinutes = 240): string {
  return formatDate(new Date(new Date(instant).getTime() - cutoffMinutes * MINUTE_MS), timeZone);
}

const weekdays: Record<Locale, readonly string[]> = {
  "zh-TW": ["週日", "週一", "週二", "週三", "週四", "週五", "週六"],
  en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
};

const nearDays: Record<Locale, readonly string[]> = { "zh-TW": ["今天", "明天"], en: ["Today", "Tomorrow"] };

function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / DAY_MS;
}

/** `6/12（週五）`, in English `Fri 6/12`. */
export function formatBusinessDay(day: string, locale: Locale = "zh-TW"): string {
  const date = new Date(`${day}T00:00:00Z`);
  const numbers = `${date.getUTCMonth() + 1}/${date.getUTCDate()}`;
  const weekday = weekdays[locale][date.getUTCDay()] ?? "";
  return locale === "en" ? `${weekday} ${numbers}` : `${numbers}（${weekday}）`;
}

/** 今天, 明天, else the date with its weekday. */
export function dayName(day: string, today: string, locale: Locale = "zh-TW"): string {
  return nearDays[locale][dayNumber(day) - dayNumber(today)] ?? formatBusinessDay(day, locale);
}

const smallHours: Record<Locale, string> = { "zh-TW": "凌晨", en: "after midnight" };

function isSmallHour(instant: string | Date, timeZone: string): boolean {
  return formatDate(instant, timeZone) !== businessDay(instant, timeZone);
}

/** `10:36`, and `凌晨 01:30` between midnight and the cut-off: the end of a business day. */
export function formatTimeOfDay(instant: string | Date, timeZone: string, locale: Locale = "zh-TW"): string {
  const time = formatTime(instant, timeZone);
  return isSmallHour(instant, timeZone) ? `${smallHours[locale]} ${time}` : time;
}

/**
 * `10:36` when it is today, else with the day before it: `明天 10:36`. Days are business days, as stock and opening
 * hours count them, so that what is between midnight and the cut-off is `凌晨 01:30` of the day before.
 */
export function formatDayTime(
  instant: string | Date | null | undefined,
  timeZone: string,
  now: Date,
  locale: Locale = "zh-TW",
): string {
  if (!instant) return "—";
  const [day, today] = [businessDay(instant, timeZone), businessDay(now, timeZone)];
  const time = formatTimeOfDay(instant, timeZone, locale);
  if (day === today) return time;
  const joint = locale === "zh-TW" && isSmallHour(instant, timeZone) ? "" : " ";
  return `${dayName(day, today, locale)}${joint}${time}`;
}

/** Whole minutes from one instant to another, below 0 when it has passed. */
export function minutesBetween(from: string | Date, to: string | Date): number {
  return Math.round((new Date(to).getTime() - new Date(from).getTime()) / MINUTE_MS);
}
