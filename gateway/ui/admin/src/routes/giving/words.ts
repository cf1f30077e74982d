import { formatAmount } from "@yizhimai/kit";

import type { GivingDraft } from "../../data/benefit-types";
import type { T } from "../../i18n";
import { common } from "../../i18n/common";
import { texts } from "./texts";

/** 「升上金卡時送 2 張」: when the coupons are given, in one line. */
export function givingSentence(t: T, { occasion, tier_ids, days_before, count, most_coupons }: GivingDraft, tierName: (id: string) => string | undefined): string {
  const tiers = tier_ids.flatMap((id) => tierName(id) ?? []).join(t(common.listComma));
  const says = {
    joined: () => t(texts.says.joined, { count }),
    tier_reached: () => t(texts.says.tier_reached, { tiers, count }),
    monthly: () => t(texts.says.monthly, { tiers, count }),
    birthday: () => {
      const when = days_before === null ? t(texts.birthdayMonth) : days_before === 0 ? t(texts.birthdayOn) : t(texts.birthdayDays, { days: days_before });
      return tiers === "" ? t(texts.says.birthday, { when, count }) : t(texts.says.birthdayOf, { when, tiers, count });
    },
  };
  const sentence = says[occasion]();
  return most_coupons === null ? sentence : sentence + t(texts.saysMost, { most: formatAmount(most_coupons) });
}
