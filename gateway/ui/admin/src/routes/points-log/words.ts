import { formatAmount, formatMoney } from "@yizhimai/kit";

import type { PointEntry } from "../../data/types";
import type { T } from "../../i18n";
import { texts } from "./texts";

const ONCE_BP = 10_000;

function isExplained(word: string): word is keyof typeof texts.explain {
  return Object.hasOwn(texts.explain, word);
}

/** 「訂單 9105M 完成，商品淨額 NT$116 ×1.5 倍 → 16 點」: an entry in a line. */
export function explained(t: T, { explanation, kind, params, order_number, reason, points }: PointEntry): string {
  if (!isExplained(explanation)) return reason || t(texts.kind[kind]);
  const factor = Number(params.factor_bp ?? ONCE_BP);
  const goods = Number(params.goods ?? 0);
  const line = t(texts.explain[explanation], {
    order: order_number || "—",
    goods: formatMoney(goods),
    times: factor > ONCE_BP ? t(texts.times, { factor: factor / ONCE_BP }) : "",
    points: formatAmount(Math.abs(Number(params.points ?? points))),
    before: params.before ?? "",
    after: params.after ?? "",
    reason,
  });
  const owed = Number(params.owed ?? 0);
  return owed > 0 ? line + t(texts.owed, { owed }) : line;
}

/** +16, −30, or — where the balance stays. */
export function signed(points: number): string {
  if (points === 0) return "—";
  return points > 0 ? `+${formatAmount(points)}` : formatAmount(points);
}

/** What an entry changed besides the balance; empty where that is nothing. */
export function asideOf(t: T, { pending, debt }: Pick<PointEntry, "pending" | "debt">): string {
  return [pending === 0 ? "" : t(texts.pendingChange, { points: signed(pending) }), debt === 0 ? "" : t(texts.debtChange, { points: signed(debt) })].filter(Boolean).join(" · ");
}
