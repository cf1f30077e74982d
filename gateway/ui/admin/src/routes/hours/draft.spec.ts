import { expect, it } from "vitest";

import type { Hours } from "../../data/types";
import { formOf, inputOf, ownOf, tomorrowAt, weekOf, withOwn } from "./draft";

const hours: Hours = {
  branch_id: "b", periods: [{ weekday: 1, open_minute: 600, close_minute: 1_200 }], methods: [], slot_minutes: 15, lead_minutes: 15, days_ahead: 7,
  last_order_minutes: 15, max_orders_per_slot: null, outside_hours: "future_only", version: 4,
};

it("sends what the form holds, at once or at the branch's time", () => {
  const now = inputOf(formOf(hours), { version: 4 }, "Asia/Taipei");
  expect(now).toMatchObject({ hours: { version: 4, slot_minutes: 15 }, effective_at: null, replaces: null, restores: null });
  expect(now.hours).not.toHaveProperty("branch_id");
  const later = inputOf(formOf(hours, "2026-12-01T04:00"), { version: 4, replaces: 3 }, "Asia/Taipei");
  expect(later).toMatchObject({ effective_at: "2026-11-30T20:00:00.000Z", replaces: 3 });
});

it("suggests the coming turn of the business day", () => {
  expect(tomorrowAt(new Date("2026-11-23T20:30:00Z"), "Asia/Taipei", 240)).toBe("2026-11-25T04:00");
});

it("keeps only what a method has for itself", () => {
  const delivery = { method: "delivery" as const, own_week: true, periods: [{ weekday: 1, open_minute: 660, close_minute: 1_080 }], last_order_minutes: null, lead_minutes: null };
  const own = withOwn([], delivery);
  expect(weekOf({ periods: hours.periods, methods: own }, "delivery")).toEqual(delivery.periods);
  expect(weekOf({ periods: hours.periods, methods: own }, "pickup")).toEqual(hours.periods);
  expect(withOwn(own, { ...delivery, own_week: false })).toEqual([]);
  expect(withOwn(own, { ...ownOf(own, "pickup"), last_order_minutes: 0 }).map((one) => one.method)).toEqual(["pickup", "delivery"]);
  expect(withOwn([], { ...delivery, own_week: false, last_order_minutes: 30 })[0]?.periods).toEqual([]);
  expect(withOwn([], { ...delivery, own_week: false, lead_minutes: 0 })[0]?.lead_minutes).toBe(0);
});
