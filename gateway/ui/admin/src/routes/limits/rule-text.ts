import type { LimitRule, RuleLoad } from "../../data/types";
import { sentence, type Words } from "./sentence";
import { texts } from "./texts";

/** The rule of a counter in words; without an id it is the orders a slot takes by the hours. */
export function ruleText(load: Pick<RuleLoad, "rule_id" | "limit">, rules: readonly LimitRule[], words: Words): string {
  const { t, slotMinutes } = words;
  if (!load.rule_id) return t(texts.byHours, { minutes: slotMinutes, count: load.limit });
  const rule = rules.find((one) => one.rule_id === load.rule_id);
  return rule ? sentence(rule, words) : t(texts.goneRule);
}
