import type { Pause } from "../../data/types";
import type { T } from "../../i18n";
import { texts } from "./texts";

/** What is paused, in words: the name it had, or the method or branch it is. */
export function pauseName(t: T, { target, target_name }: Pick<Pause, "target" | "target_name">): string {
  if (target.kind === "branch") return t(texts.wholeBranch);
  if (target.kind === "method") return target.method === "on_site" ? t(texts.onSite) : target.method === "delivery" ? t(texts.delivery) : t(texts.pickup);
  if (target.kind === "station") return t(texts.station, { name: target.name ?? "" });
  if (target.kind === "tag") return t(texts.tag, { name: target.name ?? "" });
  return target_name || t(texts.unnamed);
}
