import { formatDate } from "@yizhimai/kit";

import type { CouponValidity } from "../../data/benefit-types";
import type { T } from "../../i18n";
import { texts } from "./texts";

/** How long a coupon is valid, in words. */
export function validityText({ starts_at, ends_at, days, start_delay_days }: CouponValidity, timeZone: string, t: T): string {
  if (days === null || days === undefined) return t(texts.validFixed, { from: formatDate(starts_at, timeZone), to: formatDate(ends_at, timeZone) });
  return start_delay_days > 0 ? t(texts.validDelayed, { days, delay: start_delay_days }) : t(texts.validDays, { days });
}
