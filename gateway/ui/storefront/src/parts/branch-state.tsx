import type { ComponentChildren } from "preact";
import type { Availability, ShopBranch } from "@yizhimai/api";
import { formatDayTime } from "@yizhimai/kit";
import { now } from "../lib/clock";
import { locale, t } from "../text";

type Opening = Pick<ShopBranch, "state" | "opens_at" | "promised_at"> & Partial<Pick<Availability, "earliest_slot_at">>;

interface BranchStateProps {
  opening: Opening;
  timeZone: string;
  /** Says when one could eat instead of the sentence for it, where that can be chosen. */
  when?: ComponentChildren;
}

/** Open or not, and when one could eat: the first question of everybody who opens the menu. */
export function BranchState({ opening: { state, opens_at, promised_at, earliest_slot_at }, timeZone, when }: BranchStateProps) {
  if (!state) return null;
  const at = (instant: string) => formatDayTime(instant, timeZone, now.value, locale.value);
  if (state === "open") {
    return (
      <div class="branch-state is-open">
        <strong>{t("branch.open")}</strong>
        {when ?? (promised_at && <span>{t("branch.promise", { time: at(promised_at) })}</span>)}
      </div>
    );
  }
  const comesBack = state === "paused" || state === "outside_hours";
  return (
    <div class="branch-state is-closed">
      <strong>{t(`branch.${state}`)}</strong>
      {opens_at && <span>{t(state === "paused" ? "branch.resumes" : "branch.opens_at", { time: at(opens_at) })}</span>}
      {comesBack && (when ?? (earliest_slot_at && <span>{t("branch.preorder", { time: at(earliest_slot_at) })}</span>))}
    </div>
  );
}
