import { expect, it } from "vitest";

import { order } from "../../../mock/fixtures";
import { byDue, dueAt, minutesLeft, toneOf } from "./due";

const now = Date.parse("2026-06-12T02:30:00Z");

it("is due at the wanted time, else at the promised one", () => {
  expect(dueAt(order({ wanted_at: "2026-06-12T04:00:00Z" }))).toBe("2026-06-12T04:00:00Z");
  expect(dueAt(order({ wanted_at: null, promised_at: "2026-06-12T02:45:00Z" }))).toBe("2026-06-12T02:45:00Z");
});

it.each([
  ["2026-06-12T02:29:00Z", "late"],
  ["2026-06-12T02:30:00Z", "soon"],
  ["2026-06-12T02:35:00Z", "soon"],
  ["2026-06-12T02:36:00Z", "near"],
  ["2026-06-12T02:45:00Z", "near"],
  ["2026-06-12T02:46:00Z", "calm"],
])("an order due at %s is %s", (promised_at, tone) => {
  const one = order({ state: "preparing", promised_at });
  expect(toneOf(one, minutesLeft(one, now))).toBe(tone);
});

it("does not press for what is ready", () => {
  expect(toneOf(order({ state: "ready", promised_at: "2026-06-12T02:00:00Z" }), -30)).toBe("done");
});

it("puts the oldest due first and keeps ties in place", () => {
  const early = order({ order_id: "b", promised_at: "2026-06-12T02:31:00Z" });
  const late = order({ order_id: "a", promised_at: "2026-06-12T02:40:00Z" });
  const tie = order({ order_id: "c", promised_at: "2026-06-12T02:40:00Z" });
  expect([tie, late, early].toSorted(byDue)).toEqual([early, late, tie]);
});
