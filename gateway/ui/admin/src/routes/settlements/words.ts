import type { DifferenceCause, Settlement, SettlementRow } from "../../data/types";
import type { T } from "../../i18n";
import { texts } from "./texts";

/** Rows that differ and that nobody decided. */
export function openDifferences({ open }: Pick<Settlement, "open">): number {
  return open.filter(({ outcome }) => outcome === "difference").reduce((sum, { count }) => sum + count, 0);
}

/** 相符, or why it differs. */
export function resultWord(t: T, { outcome, cause }: { outcome: SettlementRow["outcome"]; cause?: DifferenceCause | null }): string {
  return cause ? t(texts.cause[cause]) : t(texts.outcome[outcome]);
}

/** Whether a person still has to decide about a row. */
export function isOpen({ outcome, decision }: Pick<SettlementRow, "outcome" | "decision">): boolean {
  return outcome === "difference" && !decision;
}
