import { formatMoney } from "@yizhimai/kit";

import type { PointsRules, ProductTarget } from "../../data/types";
import type { T } from "../../i18n";
import { common } from "../../i18n/common";
import { bonuses, ONCE_BP } from "./rules";
import { texts } from "./texts";

type Weekday = keyof typeof common.weekday;

/** 1.5 of 15,000 basis points. */
export function factorText(factorBp: number): string {
  return String(factorBp / ONCE_BP);
}

/** NT$0.5 of 50 for a hundred. */
function worthText(worthOf100: number): string {
  return worthOf100 % 100 === 0 ? formatMoney(worthOf100 / 100) : `NT$${String(worthOf100 / 100)}`;
}

/** The rules in sentences, what is usual or off left out where nothing is lost. */
export function sentencesOf(t: T, rules: PointsRules): string[] {
  const unit = rules.unit_name;
  const comma = t(common.listComma);
  const { earning, redeeming } = rules;
  const out = (target: ProductTarget | null | undefined) => (target ? target.excluded_product_ids.length + target.excluded_category_ids.length : 0);
  const sentences: string[] = [];
  if (earning) {
    const limits = [
      earning.methods.length > 0 ? earning.methods.map((one) => t(common.method[one])).join(comma) : "",
      earning.channels.length > 0 ? earning.channels.map((one) => t(common.channel[one])).join(comma) : "",
      out(earning.target) > 0 ? t(texts.sentenceExcluded, { count: out(earning.target) }) : "",
    ].filter(Boolean);
    sentences.push(t(texts.sentenceEarn, { every: formatMoney(earning.every), points: earning.points, unit }) + (limits.length > 0 ? t(texts.sentenceOnly, { limits: limits.join(comma) }) : ""));
    sentences.push(rules.waiting_days > 0 ? t(texts.sentenceWaiting, { days: rules.waiting_days }) : t(texts.sentenceAtOnce));
  } else {
    sentences.push(t(texts.sentenceNoEarning));
  }
  for (const { weekday, factor_bp, adds } of rules.weekday_factors) {
    const day = t(common.weekday[weekday as Weekday]);
    sentences.push(t(texts.sentenceWeekday, { day, factor: factorText(factor_bp) }) + (adds ? t(texts.sentenceAdds) : ""));
  }
  const given = bonuses.filter((name) => rules[name] > 0).map((name) => t(texts.sentenceBonus, { title: t(texts.bonus[name]), points: rules[name], unit }));
  if (given.length > 0) sentences.push(given.join(comma));
  if (redeeming) {
    const limits = [
      redeeming.min_points > 1 ? t(texts.sentenceMinPoints, { points: redeeming.min_points, unit }) : "",
      redeeming.step > 1 ? t(texts.sentenceStep, { points: redeeming.step, unit }) : "",
      redeeming.min_spend > 0 ? t(texts.sentenceMinSpend, { amount: formatMoney(redeeming.min_spend) }) : "",
      redeeming.cap_bp < ONCE_BP ? t(texts.sentenceCap, { percent: redeeming.cap_bp / 100 }) : "",
      out(redeeming.target) > 0 ? t(texts.sentenceExcluded, { count: out(redeeming.target) }) : "",
      redeeming.not_beside.length > 0 ? t(texts.sentenceNotBeside, { classes: redeeming.not_beside.map((one) => t(texts.benefitClass[one])).join(comma) }) : "",
    ].filter(Boolean);
    sentences.push([t(texts.sentenceRedeem, { worth: worthText(redeeming.worth_of_100), unit }), ...limits].join(comma));
  } else {
    sentences.push(t(texts.sentenceNoRedeeming, { unit }));
  }
  sentences.push(t(texts.sentenceExpiry[rules.expiry], { months: rules.expiry_months }));
  return sentences;
}
