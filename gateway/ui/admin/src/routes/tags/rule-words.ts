import { formatAmount, formatMoney } from "@yizhimai/kit";

import type { TagRule } from "../../data/types";
import type { T } from "../../i18n";
import { common } from "../../i18n/common";
import { texts } from "./texts";

/** What tiers and branches are called; one that is not known is left out. */
export interface RuleNames {
  tier: (id: string) => string | undefined;
  brand: (id: string) => string | undefined;
  branch: (id: string) => string | undefined;
}

const counted = ["min_orders", "max_orders"] as const;
const money = ["min_spent", "max_spent", "min_average"] as const;
const days = ["ordered_within_days", "not_ordered_for_days", "joined_within_days", "joined_before_days"] as const;

/** 「最近 90 天在信義店：訂單至少 5 筆、消費至少 NT$3,000」: who has an automatic tag, in one line. */
export function tagRuleSentence(t: T, rule: TagRule, names: RuleNames): string {
  const list = (ids: readonly string[], name: (id: string) => string | undefined) => ids.flatMap((id) => name(id) ?? []).join(t(common.listComma));
  const value = (number: number) => ({ value: formatAmount(number) });
  const what = [
    ...counted.flatMap((one) => (rule[one] === null ? [] : [t(texts.ruleSays[one], value(rule[one]))])),
    ...money.flatMap((one) => (rule[one] === null ? [] : [t(texts.ruleSays[one], { value: formatMoney(rule[one]) })])),
    ...days.flatMap((one) => (rule[one] === null ? [] : [t(texts.ruleSays[one], value(rule[one]))])),
    ...(rule.tier_ids.length > 0 ? [t(texts.ruleSays.tier_ids, { names: list(rule.tier_ids, names.tier) })] : []),
    ...(rule.birth_month ? [t(texts.ruleSays.birth_month)] : []),
  ].join(t(common.listComma));
  const where = list([...rule.brand_ids, ...rule.branch_ids], (id) => names.brand(id) ?? names.branch(id));
  const within = [rule.window_days === null ? "" : t(texts.ruleWindow, value(rule.window_days)), where === "" ? "" : t(texts.ruleWhere, { names: where })].filter(Boolean).join(t(texts.ruleAnd));
  return within === "" ? what : t(texts.ruleWithin, { within, what });
}
