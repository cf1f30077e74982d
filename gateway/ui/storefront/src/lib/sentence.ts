import { formatDayTime } from "@yizhimai/kit";
import type { FieldRefusal } from "../domain/draft";
import { now } from "./clock";
import { locale, t, why } from "../text";
import { common } from "../text/common";

const INSTANT = /^\d{4}-\d{2}-\d{2}T/u;

/** A refusal in words, its times on the branch's clock; the state of an order is for the page to show. */
export function sentence(refusal: FieldRefusal, timeZone: string): string {
  if (refusal.field === "contact.name" && refusal.reason === "VALIDATION_FAILED") return t(common.checkoutNameMissing);
  const params = Object.fromEntries(
    Object.entries(refusal.params ?? {}).filter(([name]) => name !== "state").map(([name, value]) => [
      name,
      INSTANT.test(value) ? formatDayTime(value, timeZone, now.value, locale.value) : value,
    ]),
  );
  return why({ reason: refusal.reason, params });
}
