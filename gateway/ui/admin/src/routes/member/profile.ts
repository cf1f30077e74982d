import { formatMoney } from "@yizhimai/kit";

import type { MemberProfile, MemberUpdate, TierProgress } from "../../data/types";
import type { T } from "../../i18n";
import { common } from "../../i18n/common";
import { texts } from "./texts";

const DAY_MS = 86_400_000;

/** The day around which the next visit falls: the last one and the usual gap; none where that has passed long ago. */
export function nextVisit(lastOrderAt: string | null | undefined, medianDays: number | null | undefined, now: number): string | undefined {
  if (!lastOrderAt || !medianDays) return undefined;
  const next = Date.parse(lastOrderAt) + medianDays * DAY_MS;
  // Who has not come for twice the usual gap has no rhythm any more.
  return next + medianDays * DAY_MS < now ? undefined : new Date(next).toISOString();
}

const parts = ["spend", "orders", "single_order", "points_earned"] as const satisfies readonly (keyof TierProgress)[];

/** 「消費 NT$1,200、2 筆訂單」; empty where nothing is missing. */
export function missingText(t: T, missing: TierProgress): string {
  const isMoney = (part: keyof TierProgress) => part === "spend" || part === "single_order";
  return parts
    .filter((part) => missing[part] > 0)
    .map((part) => t(texts.missing[part], { value: isMoney(part) ? formatMoney(missing[part]) : missing[part] }))
    .join(t(common.listComma));
}

/** What is typed to change a member; what is left empty stays. */
export interface EditDraft {
  name: string;
  phone: string;
  email: string;
  birthday: string;
  gender: MemberProfile["member"]["gender"];
}

/** Only what was changed, without reason and version. */
export function changesOf(draft: EditDraft, { member }: MemberProfile): Omit<MemberUpdate, "version" | "reason"> {
  const { name, phone, email, birthday } = { name: draft.name.trim(), phone: draft.phone.trim(), email: draft.email.trim(), birthday: draft.birthday.trim() };
  return {
    ...(name !== "" && name !== member.name ? { name } : {}),
    ...(phone === "" ? {} : { phone }),
    ...(email === "" ? {} : { email }),
    ...(birthday === "" ? {} : { birthday }),
    ...(draft.gender === member.gender ? {} : { gender: draft.gender }),
  };
}
