import { describe, expect, it } from "vitest";

import type { RuleLoad, SlotLoad } from "../../data/types";
import { daysFrom, levelOf, moved, overOf, percent, rowsOf, rulesOf } from "./heat";

const TAIPEI = "Asia/Taipei";

function slot(starts_at: string, business_day: string, rules: RuleLoad[] = [], part: Partial<SlotLoad> = {}): SlotLoad {
  return { starts_at, business_day, minutes: 15, open: true, orders: 1, units: 2, make_seconds: 60, amount: 100, rules, ...part };
}

const load = (used: number, limit: number, rule_id: string | null = "r"): RuleLoad => ({ rule_id, used, limit });

describe("how full something is", () => {
  it.each([
    [load(0, 10), "free"], [load(1, 10), "low"], [load(5, 10), "half"], [load(8, 10), "filling"], [load(10, 10), "full"], [load(11, 10), "over"],
    [load(0, 0), "full"], [load(1, 0), "over"], [undefined, "unlimited"],
  ] as const)("%o is %s", (counter, level) => expect(levelOf(counter)).toBe(level));

  it("never divides by a limit of nothing", () => {
    expect(percent(load(0, 0))).toBe(100);
    expect(percent(load(3, 0))).toBe(200);
    expect(percent(load(2, 3))).toBe(67);
  });
});

describe("the map", () => {
  // 11:00 and 11:45 in Taipei, 00:30 after midnight of the same business day.
  const slots = [
    slot("2026-12-01T03:00:00Z", "2026-12-01", [load(2, 10), load(4, 20, null)]),
    slot("2026-12-01T03:45:00Z", "2026-12-01", [load(12, 10), load(1, 20, null)]),
    slot("2026-12-01T16:30:00Z", "2026-12-01"),
    slot("2026-12-02T03:15:00Z", "2026-12-02", [load(10, 10)]),
  ];
  const days = ["2026-12-01", "2026-12-02"];
  const rows = rowsOf(slots, days, TAIPEI, Date.parse("2026-12-01T05:00:00Z"));

  it("puts the slots of an hour together, and those after midnight last", () => {
    expect(rows.at(0)?.label).toBe("11:00");
    expect(rows.at(-1)).toMatchObject({ minute: 1440, label: "00:00" });
    expect(rows).toHaveLength(14);
    expect(rows[0]?.cells[0]).toMatchObject({ orders: 2, units: 4, amount: 200, from: "2026-12-01T03:00:00Z", to: "2026-12-01T04:00:00.000Z" });
  });

  it("shows the fullest counter of the hour, and by how much it is beyond", () => {
    expect(rows[0]?.cells[0]).toMatchObject({ level: "over", over: 2, fullest: { used: 12, limit: 10 } });
    expect(rows[0]?.cells[1]).toMatchObject({ level: "full", over: 0 });
  });

  it("leaves what is closed empty and knows what is past", () => {
    expect(rows[1]?.cells).toEqual([undefined, undefined]);
    expect(rows[0]?.cells[0]?.past).toBe(true);
    expect(rows.at(-1)?.cells[0]?.past).toBe(false);
  });

  it("warns only of what is still to come", () => {
    expect(overOf(rows)).toEqual([]);
    expect(overOf(rowsOf(slots, days, TAIPEI, 0))).toHaveLength(1);
  });

  it("has no row where there is no slot, and takes long slots as they are", () => {
    expect(rowsOf([], days, TAIPEI, 0)).toEqual([]);
    const hours = rowsOf([slot("2026-12-01T03:00:00Z", "2026-12-01", [], { minutes: 60 })], days, TAIPEI, 0);
    expect(hours).toHaveLength(1);
  });

  it("moves by the keyboard over what is closed, and stays at the edge", () => {
    expect(moved(rows, [0, 0], "ArrowRight")).toEqual([0, 1]);
    expect(moved(rows, [0, 0], "ArrowDown")).toEqual([13, 0]);
    expect(moved(rows, [0, 1], "ArrowDown")).toEqual([0, 1]);
    expect(moved(rows, [0, 0], "ArrowLeft")).toEqual([0, 0]);
  });
});

it("shows each rule of an hour once, where it is fullest", () => {
  const rules = rulesOf([slot("a", "d", [load(3, 10, "cakes"), load(9, 10, "drinks")]), slot("b", "d", [load(7, 10, "cakes")])]);
  expect(rules).toEqual([load(9, 10, "drinks"), load(7, 10, "cakes")]);
});

it("counts days over the end of a month", () => {
  expect(daysFrom("2026-12-30", 4)).toEqual(["2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02"]);
});
