import type { TagRule } from "../../data/types";

/** Numbers of a rule, each with the most that it may be. */
export const mostOf = {
  window_days: 1_095, min_orders: 100_000, max_orders: 100_000, min_spent: 99_999_999, max_spent: 99_999_999, min_average: 99_999_999,
  ordered_within_days: 1_095, not_ordered_for_days: 1_095, joined_within_days: 3_650, joined_before_days: 3_650,
} as const satisfies Partial<Record<keyof TagRule, number>>;

export type RuleNumber = keyof typeof mostOf;

/** Numbers that are conditions; the days that orders are counted in are none. */
const conditions = [
  "min_orders", "max_orders", "min_spent", "max_spent", "min_average", "ordered_within_days", "not_ordered_for_days", "joined_within_days", "joined_before_days",
] as const satisfies readonly RuleNumber[];

export const noRule: TagRule = {
  window_days: null, brand_ids: [], branch_ids: [], min_orders: null, max_orders: null, min_spent: null, max_spent: null, min_average: null, ordered_within_days: null,
  not_ordered_for_days: null, joined_within_days: null, joined_before_days: null, tier_ids: [], birth_month: false,
};

/** Whether a rule says who has the tag: at least one condition is given. */
export function hasConditions(rule: TagRule): boolean {
  return rule.birth_month || rule.tier_ids.length > 0 || conditions.some((one) => rule[one] !== null);
}

/** Pairs of which the first must not be more than the second, so that somebody can meet both. */
const ranges = [["min_orders", "max_orders"], ["min_spent", "max_spent"], ["joined_before_days", "joined_within_days"], ["not_ordered_for_days", "ordered_within_days"]] as const;

/** The number that contradicts another one: nobody could meet both. */
export function contradiction(rule: TagRule): RuleNumber | undefined {
  const found = ranges.find(([least, most]) => {
    const [low, high] = [rule[least], rule[most]];
    return low !== null && high !== null && (least === "min_orders" || least === "min_spent" ? low > high : low >= high);
  });
  return found?.[1];
}

/** The rule as it is sent: a number that was emptied is none. */
export function sentRule(rule: TagRule): TagRule {
  const numbers = Object.fromEntries((Object.keys(mostOf) as RuleNumber[]).map((one) => [one, rule[one] ?? null]));
  return { ...noRule, ...rule, ...numbers };
}
