import { formatDate } from "@yizhimai/kit";
import type { PointsLot } from "../api/membership";

/** Points by the day on which they end, the soonest first; those that never end have no date and come last. */
export function endingLots(lots: readonly Pick<PointsLot, "expires_at" | "remaining">[], timeZone: string): { date: string; points: number }[] {
  const byDate = new Map<string, number>();
  for (const { expires_at, remaining } of lots) {
    const date = expires_at ? formatDate(expires_at, timeZone) : "";
    byDate.set(date, (byDate.get(date) ?? 0) + remaining);
  }
  const dated = Array.from(byDate, ([date, points]) => ({ date, points })).filter(({ points }) => points > 0);
  return dated.sort((a, b) => (a.date || "9999").localeCompare(b.date || "9999"));
}
