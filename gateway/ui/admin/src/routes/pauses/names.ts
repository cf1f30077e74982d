import type { Pause } from "../../data/types";
import type { T } from "../../i18n";

/** What is paused, in words: the name it had, or the method or branch it is. */
export function pauseName(t: T, { target, target_name }: Pick<Pause, "target" | "target_name">): string {
  if (target.kind === "branch") return t("pause.wholeBranch");
  if (target.kind === "method") return target.method === "on_site" ? t("pause.onSite") : target.method === "delivery" ? t("pause.delivery") : t("pause.pickup");
  if (target.kind === "station") return t("pause.station", { name: target.name ?? "" });
  if (target.kind === "tag") return t("pause.tag", { name: target.name ?? "" });
  return target_name || t("pause.unnamed");
}
