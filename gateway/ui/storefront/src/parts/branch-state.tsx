import type { ComponentChildren } from "preact";
import type { Availability, ShopBranch } from "@yizhimai/api";
import { formatDayTime, pausesAt } from "@yizhimai/kit";
import { now } from "../lib/clock";
import { locale, t } from "../text";

type Opening = Pick<Availability, "open" | "opens_at" | "promised_at" | "earliest_slot_at"> & Partial<Pick<Availability, "pauses">>;

interface BranchStateProps {
  opening: Opening;
  timeZone: string;
  state?: ShopBranch["state"];
  /** Says when one could eat instead of the sentence for it, where that can be chosen. */
  when?: ComponentChildren;
}

/** Open or not, and when one could eat: the first question of everybody who opens the menu. */
export function BranchState({ opening, timeZone, state, when }: BranchStateProps) {
  const at = (instant: string) => formatDayTime(instant, timeZone, now.value, locale.value);
  if (state === "suspended" || state === "closed") return <p class="branch-state is-closed">{t("branch.paused")}</p>;
  const preorder = when ?? (opening.earliest_slot_at && <span>{t("branch.preorder", { time: at(opening.earliest_slot_at) })}</span>);
  const paused = opening.pauses && pausesAt(opening.pauses, now.value.getTime(), "web").of("branch");
  if (paused) {
    return (
      <div class="branch-state is-closed">
        <strong>{t("branch.paused")}</strong>
        {paused.ends_at && <span>{t("branch.resumes", { time: at(paused.ends_at) })}</span>}
        {preorder}
      </div>
    );
  }
  if (opening.open) {
    return (
      <div class="branch-state is-open">
        <strong>{t("branch.open")}</strong>
        {when ?? (opening.promised_at && <span>{t("branch.promise", { time: at(opening.promised_at) })}</span>)}
      </div>
    );
  }
  return (
    <div class="branch-state is-closed">
      <strong>{t("branch.closed")}</strong>
      {opening.opens_at && <span>{t("branch.opens_at", { time: at(opening.opens_at) })}</span>}
      {preorder}
    </div>
  );
}
