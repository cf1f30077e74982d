import { formatDayTime } from "@yizhimai/kit";
import { returnTime, type Stock } from "../domain/stock";
import { locale, t } from "../text";
import { common } from "../text/common";
import { now } from "./clock";

/** 暫停販售: what, and from when it can be had again as far as that is known. */
export function pausedText(paused: { name?: string; group?: string; until: string | null }, stock: Stock, timeZone: string): string {
  const { name, group, until } = paused;
  const what = group ? t(common.pausedGroup, { group }) : name ? t(common.pausedName, { name }) : t(common.menuPaused);
  if (until === null) return what;
  return t(common.pausedUntil, { what, time: formatDayTime(returnTime(stock, until), timeZone, now.value, locale.value) });
}
