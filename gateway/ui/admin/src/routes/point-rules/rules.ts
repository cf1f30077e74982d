import type { PointsEarning, PointsProgramme, PointsProgrammeVersion, PointsRedeeming, PointsRules } from "../../data/types";
import { everything } from "../membership/everything";
import { inForce } from "../membership/programmes";
import type { Start } from "../membership/start";

/** Basis points of a factor of one. */
export const ONCE_BP = 10_000;

/** Points that are given once for something else than goods, in the order in which a member meets them. */
export const bonuses = ["join_bonus", "profile_bonus", "birthday_bonus", "first_order_bonus"] as const satisfies readonly (keyof PointsRules)[];

/** Points of an order whose goods came to that much: the number of full steps, times the points, times the factor, cut off. */
export function earned(goods: number, { every, points }: Pick<PointsEarning, "every" | "points">, factorBp = ONCE_BP): number {
  if (every <= 0) return 0;
  return Math.floor((Math.floor(goods / every) * points * factorBp) / ONCE_BP);
}

/** The form: the rules with what is off kept at hand, and when they start. */
export interface RulesDraft extends Start {
  /** Key of the scope, for a new programme. */
  scope: string;
  earns: boolean;
  redeems: boolean;
  rules: PointsRules & { earning: PointsEarning; redeeming: PointsRedeeming };
}

const usualEarning: PointsEarning = { every: 10, points: 1, target: everything, methods: [], channels: [] };
const usualRedeeming: PointsRedeeming = { worth_of_100: 100, min_points: 1, step: 1, min_spend: 0, cap_bp: ONCE_BP, target: everything, not_beside: [] };

const usualRules: PointsRules = {
  unit_name: "點", earning: usualEarning, redeeming: usualRedeeming, waiting_days: 0, expiry: "months", expiry_months: 12,
  join_bonus: 0, birthday_bonus: 0, first_order_bonus: 0, profile_bonus: 0, weekday_factors: [],
};

/** Rules as they are edited: those that wait and are changed, else those in force, else usual ones. */
export function draftOf(programme: PointsProgramme | undefined, replaces: number | undefined, scope: string): RulesDraft {
  const version: PointsProgrammeVersion | undefined = programme && (programme.versions.find((one) => one.version === replaces) ?? inForce(programme) ?? programme.versions[0]);
  const rules = version?.rules ?? usualRules;
  return {
    scope,
    earns: rules.earning !== null && rules.earning !== undefined,
    redeems: rules.redeeming !== null && rules.redeeming !== undefined,
    rules: { ...rules, earning: rules.earning ?? usualEarning, redeeming: rules.redeeming ?? usualRedeeming },
    starts: "now",
  };
}

const counted: readonly PointsRules["expiry"][] = ["months", "inactivity"];

/** Whether that way of ending needs a number of months. */
export function needsMonths(expiry: PointsRules["expiry"]): boolean {
  return counted.includes(expiry);
}

/** The rules as they are sent: what is off is left out. */
export function rulesOf({ earns, redeems, rules }: RulesDraft): PointsRules {
  return { ...rules, earning: earns ? rules.earning : null, redeeming: redeems ? rules.redeeming : null, expiry_months: needsMonths(rules.expiry) ? rules.expiry_months : 0 };
}
