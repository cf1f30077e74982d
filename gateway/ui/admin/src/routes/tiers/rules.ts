import type { ExclusiveHours, ProductTarget, Tier, TierBenefits, TierChangeMode, TierCondition, TierProgramme, TierRules } from "../../data/types";
import { everything, isNarrowed } from "../membership/everything";
import { inForce } from "../membership/programmes";
import type { Start } from "../membership/start";

/** Basis points of a factor of one. */
export const ONCE_BP = 10_000;
export const MOST_TIERS = 10;
export const MOST_EXCLUSIVE_HOURS = 6;

/** Conditions of a tier by their names. */
export const measures = ["spend", "orders", "single_order", "points_earned"] as const satisfies readonly (keyof TierCondition)[];
export type Measure = (typeof measures)[number];

/** The form: tiers in order, how they count, whom the change concerns, and when it starts. */
export interface TiersDraft extends Start {
  /** Key of the scope, for a new programme. */
  scope: string;
  rules: { tiers: TierDraft[]; window: TierRules["window"] };
  mode: TierChangeMode;
  /** Name of the tier in the place of one that is left out, by the id of that one. */
  replacements: Record<string, string>;
}

/** Benefits on the form: targets that name nothing are there to be filled in. */
interface DraftBenefits extends TierBenefits {
  target: ProductTarget;
  exclusive_products: ProductTarget;
}

/** A tier on the form; its renewal is its own, or that of reaching it. */
export interface TierDraft extends Tier {
  benefits: DraftBenefits;
  own_renewal: boolean;
  for_ever: boolean;
}

const noBenefits: DraftBenefits = {
  discount_bp: 0, target: everything, max_discount: null, points_factor_bp: ONCE_BP, points_factor_adds: false, free_delivery_from: null,
  exclusive_products: everything, exclusive_hours: [],
};

/** Times for a tier alone that another one begins with: lunch, every day. */
export const newHours: ExclusiveHours = { branch_ids: [], methods: [], weekdays: [], hours: { from_minute: 720, to_minute: 840 } };
const noCondition: TierCondition = { all: false, spend: 0, orders: 0, single_order: 0, points_earned: 0 };

function base(name: string): TierDraft {
  return {
    tier_id: "", name, colour: "#8894a0", upgrade: null, validity_days: 0, renewal: noCondition, downgrade: "one_tier", grace_days: 0, benefits: noBenefits,
    own_renewal: false, for_ever: true,
  };
}

const colours = ["#8c6d46", "#9aa5b1", "#c99a1f", "#5b6ee1", "#2c2c34"];

/** Another tier above those there are: its threshold is beyond theirs. */
export function nextTier(tiers: readonly Pick<TierDraft, "upgrade">[], name: string): TierDraft {
  const highest = Math.max(0, ...tiers.map(({ upgrade }) => upgrade?.spend ?? 0));
  return {
    ...base(name), colour: colours[(tiers.length - 1) % colours.length] ?? "#c99a1f", upgrade: { ...noCondition, spend: highest === 0 ? 3_000 : highest * 2 },
    validity_days: 365, for_ever: false, benefits: { ...noBenefits, discount_bp: Math.min(500 * tiers.length, 3_000) },
  };
}

/** Tiers as they are edited: those that wait and are changed, else those in force, else a base tier and one above. */
export function draftOf(programme: TierProgramme | undefined, replaces: number | undefined, scope: string, names: { base: string; first: string }): TiersDraft {
  const version = programme && (programme.versions.find((one) => one.version === replaces) ?? inForce(programme) ?? programme.versions[0]);
  const start = { scope, mode: version?.mode ?? ("at_expiry" as const), replacements: {}, starts: "now" as const };
  if (!version) {
    const first = base(names.base);
    return { ...start, rules: { tiers: [first, nextTier([first], names.first)], window: "rolling_year" } };
  }
  const tiers = version.rules.tiers.map((tier): TierDraft => ({
    ...tier, benefits: draftBenefits(tier.benefits), renewal: tier.renewal ?? noCondition, own_renewal: tier.renewal !== null && tier.renewal !== undefined, for_ever: tier.validity_days === 0,
  }));
  return { ...start, rules: { tiers, window: version.rules.window } };
}

function draftBenefits(benefits: TierBenefits): DraftBenefits {
  return { ...benefits, target: benefits.target ?? everything, exclusive_products: benefits.exclusive_products ?? everything };
}

/** What names nothing is left out: a target of nothing would be one of everything. */
function sentBenefits(benefits: DraftBenefits): TierBenefits {
  const named = (target: ProductTarget) => (isNarrowed(target) ? target : null);
  return { ...benefits, target: named(benefits.target), exclusive_products: named(benefits.exclusive_products) };
}

function sent(condition: TierCondition | null | undefined): TierCondition {
  const kept = condition ?? noCondition;
  return { all: kept.all ?? false, spend: kept.spend ?? 0, orders: kept.orders ?? 0, single_order: kept.single_order ?? 0, points_earned: kept.points_earned ?? 0 };
}

/** The rules as they are sent: the base tier has no conditions and lasts for ever. */
export function rulesOf({ rules: { tiers, window } }: Pick<TiersDraft, "rules">): TierRules {
  return {
    window,
    tiers: tiers.map(({ own_renewal, for_ever, tier_id, benefits, ...tier }, place) => ({
      ...tier,
      benefits: sentBenefits(benefits),
      // A new tier has no id yet.
      ...(tier_id ? { tier_id } : {}),
      upgrade: place === 0 ? null : sent(tier.upgrade),
      renewal: place > 0 && !for_ever && own_renewal ? sent(tier.renewal) : null,
      validity_days: place === 0 || for_ever ? 0 : tier.validity_days,
      grace_days: place === 0 || for_ever ? 0 : tier.grace_days,
    })) as Tier[],
  };
}

/** Tiers in force that the draft leaves out although members have them. */
export function leftOut(programme: TierProgramme | undefined, tiers: readonly Pick<TierDraft, "tier_id">[]): { tier: Tier; members: number }[] {
  if (!programme) return [];
  const kept = new Set(tiers.map(({ tier_id }) => tier_id));
  return (inForce(programme)?.rules.tiers ?? []).flatMap((tier) => {
    const members = programme.members.find((one) => one.tier_id === tier.tier_id)?.members ?? 0;
    return kept.has(tier.tier_id) || members === 0 ? [] : [{ tier, members }];
  });
}

/** Whether the numbers of a condition rise from tier to tier; it names the first tier whose does not. */
export function firstNotRising(tiers: readonly Pick<Tier, "upgrade">[]): { place: number; measure: Measure } | undefined {
  for (const measure of measures) {
    let last = 0;
    for (const [place, { upgrade }] of tiers.entries()) {
      const wanted = upgrade?.[measure] ?? 0;
      if (wanted === 0) continue;
      if (wanted <= last) return { place, measure };
      last = wanted;
    }
  }
  return undefined;
}
