import { formatDayTime } from "@yizhimai/kit";
import type { FieldRefusal } from "../domain/draft";
import { now } from "./clock";
import { locale, t, why } from "../text";
import { common } from "../text/common";

const INSTANT = /^\d{4}-\d{2}-\d{2}T/u;

/** Data of a sentence, its times on the branch's clock; the state of an order is for the page to show. */
export function shownParams(params: Record<string, string> = {}, timeZone: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).filter(([name]) => name !== "state").map(([name, value]) => [
      name,
      INSTANT.test(value) ? formatDayTime(value, timeZone, now.value, locale.value) : value,
    ]),
  );
}

/** A refusal in words. */
export function sentence(refusal: FieldRefusal, timeZone: string): string {
  if (refusal.field === "contact.name" && refusal.reason === "VALIDATION_FAILED") return t(common.checkoutNameMissing);
  return why({ reason: refusal.reason, params: shownParams(refusal.params, timeZone) });
}
