import type { ComponentChildren } from "preact";
import type { Availability, ShopBranch } from "@yizhimai/api";
import { formatDayTime } from "@yizhimai/kit";
import { now } from "../lib/clock";
import { locale, t } from "../text";
import { common } from "../text/common";

type Opening = Pick<ShopBranch, "state" | "opens_at" | "promised_at"> & Partial<Pick<Availability, "earliest_slot_at">>;

interface BranchStateProps {
  opening: Opening;
  timeZone: string;
  /** Replaces the sentence about the earliest time where a time can be chosen. */
  when?: ComponentChildren;
}

/** Whether the branch is open, and the earliest time of an order. */
export function BranchState({ opening: { state, opens_at, promised_at, earliest_slot_at }, timeZone, when }: BranchStateProps) {
  if (!state) return null;
  const at = (instant: string) => formatDayTime(instant, timeZone, now.value, locale.value);
  if (state === "open") {
    return (
      <div class="branch-state is-open">
        <strong>{t(common.branchState.open)}</strong>
        {when ?? (promised_at && <span>{t(common.branchPromise, { time: at(promised_at) })}</span>)}
      </div>
    );
  }
  const comesBack = state === "paused" || state === "outside_hours";
  return (
    <div class="branch-state is-closed">
      <strong>{t(common.branchState[state])}</strong>
      {opens_at && <span>{t(state === "paused" ? common.branchResumes : common.branchOpensAt, { time: at(opens_at) })}</span>}
      {comesBack && (when ?? (earliest_slot_at && <span>{t(common.branchPreorder, { time: at(earliest_slot_at) })}</span>))}
    </div>
  );
}
