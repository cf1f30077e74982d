import type { CostShare, CouponTemplate, CouponValidity } from "../../data/benefit-types";
import { newRule, ofCouponKind, whole, type Rule } from "../rules/rule";

/** Days that 「N 天內有效」 begins with. */
const USUAL_DAYS = 30;

/** A template as the form holds it. */
export interface TemplateDraft {
  internal_name: string;
  terms: string;
  picture_url: string;
  validity: CouponValidity;
  uses_per_coupon: number;
  issue_limit: number | null;
  per_member_limit: number | null;
  transferable: boolean;
  cost_shares: CostShare[];
  rule: Rule;
}

export const daysFromIssue: CouponValidity = { starts_at: null, ends_at: null, days: USUAL_DAYS, start_delay_days: 0 };

export function newTemplate(brandId: string): TemplateDraft {
  const rule = ofCouponKind(newRule("coupon"), "amount_off");
  return {
    internal_name: "", terms: "", picture_url: "", validity: daysFromIssue, uses_per_coupon: 1, issue_limit: null, per_member_limit: null, transferable: false, cost_shares: [],
    rule: { ...rule, effect: { ...rule.effect, order: { measure: "spend", thresholds: [{ at: 0, off: { percent_bp: null, amount: 50, price: null } }], repeats: false } }, conditions: { ...rule.conditions, brand_ids: [brandId] } },
  };
}

export function draftOf(template: CouponTemplate): TemplateDraft {
  const { internal_name, terms, picture_url, validity, uses_per_coupon, issue_limit, per_member_limit, transferable, cost_shares, rule } = template;
  return { internal_name, terms, picture_url, validity, uses_per_coupon, issue_limit: issue_limit ?? null, per_member_limit: per_member_limit ?? null, transferable, cost_shares, rule: whole(rule) };
}

/** What is sent of a draft: texts trimmed, coupons without a period of their rule. */
export function inputOf(draft: TemplateDraft): TemplateDraft {
  const conditions = { ...draft.rule.conditions, starts_at: null, ends_at: null };
  return { ...draft, internal_name: draft.internal_name.trim(), terms: draft.terms.trim(), picture_url: draft.picture_url.trim(), rule: { ...draft.rule, name: draft.rule.name.trim(), conditions } };
}

/** Places beside the rule that are wrong before it is sent. */
export function faultsBeside({ internal_name, validity, picture_url }: TemplateDraft): ("internal_name" | "validity" | "picture_url")[] {
  const { starts_at, ends_at, days } = validity;
  const fixed = days === null || days === undefined;
  const valid = fixed ? Boolean(starts_at && ends_at && Date.parse(ends_at) > Date.parse(starts_at)) : days >= 1;
  return [
    ...(internal_name.trim() === "" ? ["internal_name" as const] : []),
    ...(valid ? [] : ["validity" as const]),
    ...(picture_url.trim() === "" || /^https:\/\/\S+$/u.test(picture_url.trim()) ? [] : ["picture_url" as const]),
  ];
}
