import { formatDate, formatTime } from "@yizhimai/kit";

import type { RuleLoad, SlotLoad } from "../../data/types";

const HOUR = 60;
const DAY = 24 * HOUR;

/** How full something is, from nothing booked to beyond the limit. */
export type Level = "free" | "low" | "half" | "filling" | "full" | "over" | "unlimited";

/** What a cell shows: an hour of a business day, or a slot that is as long or longer. */
export interface Cell {
  day: string;
  /** Start and end as instants. */
  from: string;
  to: string;
  slots: SlotLoad[];
  open: boolean;
  past: boolean;
  orders: number;
  units: number;
  make_seconds: number;
  amount: number;
  /** The counter that is used most in it. */
  fullest: RuleLoad | undefined;
  level: Level;
  /** Beyond the limit by so many, in the measure of the counter that is worst. */
  over: number;
}

export interface Row {
  /** Minutes after the midnight with which the business day begins; 1,500 is 01:00 on the next date. */
  minute: number;
  label: string;
  cells: (Cell | undefined)[];
}

/** Percent used; a limit of 0 is full from the beginning. */
export function percent({ used, limit }: Pick<RuleLoad, "used" | "limit">): number {
  if (limit === 0) return used > 0 ? 200 : 100;
  return Math.round((used / limit) * 100);
}

/** 將滿 from 80 %, as in the storefront. */
export function levelOf(load: Pick<RuleLoad, "used" | "limit"> | undefined): Level {
  if (!load) return "unlimited";
  if (load.used > load.limit) return "over";
  if (load.used >= load.limit) return "full";
  if (load.used * 100 >= load.limit * 80) return "filling";
  if (load.used * 2 >= load.limit) return "half";
  return load.used > 0 ? "low" : "free";
}

const fuller = (one: RuleLoad, other: RuleLoad) => percent(other) - percent(one) || other.used - other.limit - (one.used - one.limit);

/** The rules of several slots, each as it is in the slot where it is used most; the fullest first. */
export function rulesOf(slots: readonly SlotLoad[]): RuleLoad[] {
  const all = new Map<string, RuleLoad>();
  for (const load of slots.flatMap((slot) => slot.rules)) {
    const id = load.rule_id ?? "";
    const held = all.get(id);
    if (!held || fuller(held, load) > 0) all.set(id, load);
  }
  return [...all.values()].toSorted(fuller);
}

/** Minutes after the midnight with which its business day begins. */
function minuteOf(slot: SlotLoad, timeZone: string): number {
  const [hour = 0, minute = 0] = formatTime(slot.starts_at, timeZone).split(":").map(Number);
  const isNextDate = formatDate(slot.starts_at, timeZone) > slot.business_day;
  return (isNextDate ? DAY : 0) + hour * HOUR + minute;
}

function cellOf(day: string, slots: SlotLoad[], now: number): Cell {
  const first = slots[0] as SlotLoad;
  const last = slots.at(-1) as SlotLoad;
  const to = Date.parse(last.starts_at) + last.minutes * 60_000;
  const sum = (of: (slot: SlotLoad) => number) => slots.reduce((all, slot) => all + of(slot), 0);
  const [fullest] = rulesOf(slots);
  return {
    day, slots, from: first.starts_at, to: new Date(to).toISOString(), open: slots.some((slot) => slot.open), past: to <= now,
    orders: sum((slot) => slot.orders), units: sum((slot) => slot.units), make_seconds: sum((slot) => slot.make_seconds), amount: sum((slot) => slot.amount),
    fullest, level: levelOf(fullest), over: fullest ? Math.max(0, fullest.used - fullest.limit) : 0,
  };
}

/** Business days from one on. */
export function daysFrom(first: string, count: number): string[] {
  const start = Date.parse(`${first}T00:00:00Z`);
  return Array.from({ length: count }, (_, index) => new Date(start + index * DAY * 60_000).toISOString().slice(0, 10));
}

/** The map: a row an hour (or a slot that is longer), a column a day; a cell without slots is closed. */
export function rowsOf(slots: readonly SlotLoad[], days: readonly string[], timeZone: string, now: number): Row[] {
  const cells = new Map<number, Map<string, SlotLoad[]>>();
  for (const slot of slots) {
    const step = Math.max(HOUR, slot.minutes);
    const minute = Math.floor(minuteOf(slot, timeZone) / step) * step;
    const row = cells.get(minute) ?? new Map<string, SlotLoad[]>();
    cells.set(minute, row);
    row.set(slot.business_day, [...(row.get(slot.business_day) ?? []), slot]);
  }
  const minutes = [...cells.keys()];
  const [first, last] = [Math.min(...minutes), Math.max(...minutes)];
  if (minutes.length === 0) return [];
  return Array.from({ length: (last - first) / HOUR + 1 }, (_, index): Row => {
    const minute = first + index * HOUR;
    const row = cells.get(minute);
    return {
      minute,
      label: `${String(Math.floor((minute % DAY) / HOUR)).padStart(2, "0")}:00`,
      cells: days.map((day) => {
        const found = row?.get(day);
        return found ? cellOf(day, found, now) : undefined;
      }),
    };
  });
}

/** Cells with something beyond its limit that is still to come. */
export function overOf(rows: readonly Row[]): Cell[] {
  return rows.flatMap((row) => row.cells).filter((cell): cell is Cell => cell !== undefined && cell.level === "over" && !cell.past);
}

/** Where the keyboard goes from a cell; it stays where there is nothing to go to. */
export function moved(rows: readonly Row[], [row, column]: readonly [number, number], key: string): readonly [number, number] {
  const last = (rows[0]?.cells.length ?? 1) - 1;
  const seek = (rowStep: number, columnStep: number): readonly [number, number] => {
    for (let [r, c] = [row + rowStep, column + columnStep]; rows[r] && c >= 0 && c <= last; r += rowStep, c += columnStep) if (rows[r]?.cells[c]) return [r, c];
    return [row, column];
  };
  const steps: Record<string, () => readonly [number, number]> = {
    ArrowUp: () => seek(-1, 0), ArrowDown: () => seek(1, 0), ArrowLeft: () => seek(0, -1), ArrowRight: () => seek(0, 1),
  };
  return steps[key]?.() ?? [row, column];
}
