import { expect, it } from "vitest";

import { bars, clock, closeOf, copyDay, daysAlike, isWholeDay, isWholeWeek, minuteOf, ofDay, overlappingDays, overlaps, periodAt, rests } from "./week";

const period = (weekday: number, open: string, close: string) => ({ weekday, open_minute: minuteOf(open) ?? -1, close_minute: minuteOf(close) ?? -1 });

it("closes on the next day when the close is at or before the opening", () => {
  expect(closeOf(period(5, "18:00", "02:00"))).toBe(26 * 60);
  expect(closeOf(period(5, "10:00", "22:00"))).toBe(22 * 60);
  expect(closeOf(period(5, "10:00", "00:00"))).toBe(24 * 60);
});

it("reads and writes times", () => {
  expect(clock(510)).toBe("08:30");
  expect(minuteOf("24:00")).toBe(1_440);
  expect(minuteOf("25:00")).toBeUndefined();
  expect(isWholeDay(period(1, "00:00", "24:00"))).toBe(true);
});

it("finds overlaps in a day, over midnight and over the end of the week", () => {
  expect(overlappingDays([period(1, "10:00", "14:00"), period(1, "13:00", "20:00")])).toEqual([1]);
  expect(overlappingDays([period(5, "18:00", "03:00"), period(6, "02:00", "10:00")])).toEqual([5]);
  expect(overlappingDays([period(7, "18:00", "03:00"), period(1, "02:00", "10:00")])).toEqual([7]);
  expect(overlappingDays([period(1, "10:00", "14:00"), period(1, "14:00", "20:00")])).toEqual([]);
  expect(overlappingDays([period(5, "18:00", "18:00")])).toEqual([]);
});

it("draws the rest of a night on the next day", () => {
  const part = (periods: ReturnType<typeof period>[], day: number) => bars(periods, day).map(({ from, to, carried }) => ({ from, to, carried }));
  expect(part([period(5, "18:00", "02:00")], 5)).toEqual([{ from: 1_080, to: 1_560, carried: false }]);
  expect(part([period(5, "18:00", "02:00")], 6)).toEqual([{ from: 0, to: 120, carried: true }]);
  expect(part([period(7, "18:00", "02:00")], 1)).toEqual([{ from: 0, to: 120, carried: true }]);
});

it("shows the rest between two periods", () => {
  const day = [period(2, "10:00", "14:00"), period(2, "16:00", "20:00")];
  expect(rests(day, 2)).toEqual([{ from: 840, to: 960 }]);
  expect(rests([period(2, "10:00", "14:00"), period(2, "14:00", "20:00")], 2)).toEqual([]);
});

it("adds a period where a day is tapped, without running into another", () => {
  const day = [period(2, "10:00", "14:00"), period(2, "16:00", "20:00")];
  expect(periodAt(day, 2, 14 * 60 + 40)).toEqual(period(2, "14:30", "16:00"));
  expect(periodAt(day, 2, 7 * 60)).toEqual(period(2, "07:00", "10:00"));
  expect(periodAt(day, 2, 12 * 60)).toBeUndefined();
  expect(periodAt([period(1, "18:00", "02:00")], 2, 60)).toBeUndefined();
  expect(periodAt([], 2, 23 * 60)).toEqual(period(2, "23:00", "24:00"));
});

it("puts equal days into one line", () => {
  const week = [1, 2, 3, 4, 5].map((day) => period(day, "10:00", "22:00")).concat(period(7, "12:00", "20:00"));
  expect(daysAlike(week).map(({ days, spans }) => [days, spans.length])).toEqual([[[1, 2, 3, 4, 5], 1], [[6], 0], [[7], 1]]);
  expect(isWholeWeek([1, 2, 3, 4, 5, 6, 7].map((day) => period(day, "00:00", "24:00")))).toBe(true);
  expect(isWholeWeek(week)).toBe(false);
});

it("finds overlaps of a special day, of several days also over midnight", () => {
  const night = [period(1, "20:00", "04:00"), period(1, "03:00", "10:00")];
  expect(overlaps(night, false)).toBe(false);
  expect(overlaps(night, true)).toBe(true);
  expect(overlaps([period(1, "10:00", "14:00"), period(1, "13:00", "20:00")], false)).toBe(true);
  expect(overlaps([period(1, "00:00", "24:00")], true)).toBe(false);
});

it("copies a day over others and leaves the rest", () => {
  const week = [period(1, "10:00", "20:00"), period(2, "09:00", "12:00"), period(3, "09:00", "12:00")];
  const copied = copyDay(week, 1, [1, 2]);
  expect(ofDay(copied, 2)).toEqual([period(2, "10:00", "20:00")]);
  expect(ofDay(copied, 3)).toEqual([period(3, "09:00", "12:00")]);
  expect(ofDay(copied, 1)).toHaveLength(1);
});
