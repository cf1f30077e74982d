import { expect, it } from "vitest";
import { endingLots } from "./own-points";

it("adds up points that end on one day in the shop's zone, the soonest first", () => {
  const lot = (remaining: number, expires_at: string | null) => ({ remaining, expires_at });
  // 16:30 UTC is the next day in Taipei.
  const lots = [lot(5, null), lot(30, "2026-12-31T15:59:59Z"), lot(20, "2026-12-31T10:00:00Z"), lot(7, "2026-12-30T16:30:00Z"), lot(1, "2026-06-30T15:59:59Z"), lot(0, "2026-01-01T00:00:00Z")];
  expect(endingLots(lots, "Asia/Taipei")).toEqual([
    { date: "2026-06-30", points: 1 },
    { date: "2026-12-31", points: 57 },
    { date: "", points: 5 },
  ]);
});
