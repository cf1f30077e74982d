import { formatDayTime } from "@yizhimai/kit";
import type { Shop } from "../shop/shop";
import { locale, t } from "../text";
import { common } from "../text/common";
import { now } from "./clock";

/** When the order is wanted, or why that cannot be: 「盡快，約 10:36」, 「明天 12:15」, 「12:15 已滿，請重選」. */
export function wantedText(shop: Shop): string {
  const { starts_at, missed } = shop.wanted.value;
  const timeZone = shop.timeZone.value;
  const at = (instant: string) => formatDayTime(instant, timeZone, now.value, locale.value);
  const chosen = shop.draft.draft.value.wanted_at;
  if (chosen !== null && missed) return t(missed === "SLOT_FULL" ? common.whenFull : common.whenPast, { time: at(chosen) });
  if (starts_at !== null) return chosen === null ? t(common.whenFirst, { time: at(starts_at) }) : at(starts_at);
  const promised = shop.availability.value?.promised_at;
  return promised ? t(common.whenAsap, { time: at(promised) }) : t(common.whenNone);
}
