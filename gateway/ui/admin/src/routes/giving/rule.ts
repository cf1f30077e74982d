import type { GivingDraft, GivingOccasion, GivingRule, GivingState } from "../../data/benefit-types";

export const occasions = ["joined", "tier_reached", "monthly", "birthday"] as const satisfies readonly GivingOccasion[];
export const MOST_TIERS = 10;
export const MOST_AT_A_TIME = 5;
export const MOST_DAYS_BEFORE = 30;
export const MOST_COUPONS = 10_000_000;

/** The form of a rule; what its occasion does not know is kept at hand. */
export interface GivingForm {
  name: string;
  template_id: string;
  occasion: GivingOccasion;
  tier_ids: string[];
  /** On the first of the month of birth, or days before the birthday. */
  birthday_by: "month" | "days";
  days_before: number;
  count: number;
  most_coupons: number | null;
}

/** A rule as it is edited; a new one for an occasion and, where it is known, of a kind of coupon. */
export function formOf(rule: GivingDraft | undefined, begin: { templateId: string; occasion: GivingOccasion }): GivingForm {
  const days = rule?.days_before ?? null;
  return {
    name: rule?.name ?? "", template_id: rule?.template_id ?? begin.templateId, occasion: rule?.occasion ?? begin.occasion, tier_ids: rule?.tier_ids ?? [],
    birthday_by: days === null ? "month" : "days", days_before: days ?? 7, count: rule?.count ?? 1, most_coupons: rule?.most_coupons ?? null,
  };
}

/** Whether an occasion is of some tiers: some of them have to be named, may be, or are none of its. */
export function tiersOf(occasion: GivingOccasion): "needed" | "possible" | "none" {
  if (occasion === "joined") return "none";
  return occasion === "birthday" ? "possible" : "needed";
}

/** What is sent of the form. */
export function sentOf({ birthday_by, days_before, ...form }: GivingForm): GivingDraft {
  return {
    ...form,
    name: form.name.trim(),
    tier_ids: tiersOf(form.occasion) === "none" ? [] : form.tier_ids,
    days_before: form.occasion === "birthday" && birthday_by === "days" ? days_before : null,
  };
}

/** States that a rule can be brought to. */
export function nextStates({ state }: Pick<GivingRule, "state">): GivingState[] {
  if (state === "ended") return [];
  return state === "active" ? ["paused", "ended"] : ["active", "ended"];
}
