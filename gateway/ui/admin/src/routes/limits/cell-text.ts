import { formatBusinessDay, formatTime } from "@yizhimai/kit";

import type { LimitRule, RuleLoad } from "../../data/types";
import type { T } from "../../i18n";
import { percent, type Cell } from "./heat";
import { texts } from "./texts";

/** What a counter is counted in; the one of the hours counts orders. */
export function measureOf({ rule_id }: Pick<RuleLoad, "rule_id">, rules: readonly LimitRule[]): LimitRule["measure"] {
  return rules.find((rule) => rule.rule_id === rule_id)?.measure ?? "orders";
}

/** The number that stands in a cell. */
export function cellMark(cell: Cell, t: T): string {
  if (cell.level === "over") return t(texts.over, { count: cell.over });
  if (!cell.fullest) return t(texts.orders, { count: cell.orders });
  if (cell.fullest.limit === 0) return t(texts.mostClosed);
  return `${String(percent(cell.fullest))}%`;
}

/** What stands below it: how much of how much in what, or how much is booked. */
export function cellDetail(cell: Cell, rules: readonly LimitRule[], t: T): string {
  const { fullest } = cell;
  if (!fullest) return t(texts.unitsShort, { count: cell.units });
  return t(texts.used[measureOf(fullest, rules)], { used: fullest.used, limit: fullest.limit });
}

/** `11:00–12:00` on the clock of the branch. */
export function cellSpan(cell: Pick<Cell, "from" | "to">, timeZone: string): string {
  return `${formatTime(cell.from, timeZone)}–${formatTime(cell.to, timeZone)}`;
}

/** A cell in one sentence, for who does not see its colour. */
export function cellLabel(cell: Cell, rules: readonly LimitRule[], timeZone: string, t: T): string {
  const parts = [
    `${formatBusinessDay(cell.day, t.locale)} ${cellSpan(cell, timeZone)}`,
    cell.past ? t(texts.past) : "",
    t(texts.level[cell.level]),
    cell.fullest ? `${cellMark(cell, t)}, ${cellDetail(cell, rules, t)}` : "",
    t(texts.orders, { count: cell.orders }),
  ];
  return parts.filter(Boolean).join(t.locale === "en" ? ", " : "，");
}
