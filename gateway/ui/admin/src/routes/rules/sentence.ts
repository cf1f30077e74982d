import { formatDate, formatDateTime, formatTime, type Text } from "@yizhimai/kit";
import { moneyWords, percentWords } from "@yizhimai/kit/benefits";

import type { BenefitRule, PriceCut, ProductTarget, RuleConditions } from "../../data/benefit-types";
import type { T } from "../../i18n";
import { common } from "../../i18n/common";
import { clock } from "../hours/week";
import { texts as paymentTexts } from "../payments/texts";
import { cutKind, isEverything, isGiven, typeOf, WHOLE_BP } from "./rule";
import { texts } from "./sentence-texts";

/** What things that a rule names by id are called. */
export interface RuleNames {
  product: (productId: string) => string;
  variant: (variantId: string) => string;
  category: (categoryId: string) => string;
  branch: (branchId: string) => string;
  tier: (tierId: string) => string;
  tag: (tagId: string) => string;
}

export interface RuleWords {
  t: T;
  currency: string;
  timeZone: string;
  names: RuleNames;
}

const MOST_NAMES = 3;

const money = (amount: number, { t, currency }: RuleWords) => moneyWords(amount, { locale: t.locale, currency });

function list(names: readonly string[], t: T): string {
  const shown = names.slice(0, MOST_NAMES).join(t(texts.list));
  return names.length > MOST_NAMES ? t(texts.more, { names: shown, count: names.length }) : shown;
}

/** The products a target takes, those left out in brackets; `all` where it takes everything. */
export function targetText(target: ProductTarget | null | undefined, all: Text, { t, names }: RuleWords): string {
  if (!target) return t(all);
  const ins = [...target.category_ids.map(names.category), ...target.product_ids.map(names.product), ...target.variant_ids.map(names.variant)];
  const outs = [...target.excluded_category_ids.map(names.category), ...target.excluded_product_ids.map(names.product)];
  const what = ins.length > 0 ? list(ins, t) : t(outs.length > 0 && t(all) === "" ? texts.whatAll : all);
  return outs.length > 0 ? t(texts.except, { what, names: list(outs, t) }) : what;
}

/** The products that count, as a part that may be empty. */
function ofText(target: ProductTarget | null | undefined, words: RuleWords): string {
  const isAll = !target || (isEverything(target) && target.excluded_product_ids.length + target.excluded_category_ids.length === 0);
  return isAll ? "" : words.t(texts.of, { what: targetText(target, texts.whatAll, words) });
}

type CutText = "percent" | "amount" | "price" | "free";

/** Which of the sentences of a discount it is, with its numbers. */
function cut(off: PriceCut, words: RuleWords): { kind: CutText; percent: string; amount: string; price: string } {
  const kind = cutKind(off);
  return {
    kind: kind === "percent" && off.percent_bp === WHOLE_BP ? "free" : kind,
    percent: percentWords(off.percent_bp ?? 0, { locale: words.t.locale }),
    amount: money(off.amount ?? 0, words),
    price: money(off.price ?? 0, words),
  };
}

/** A discount of an amount: 打 9 折, 折 50 元. */
function offText(off: PriceCut, words: RuleWords): string {
  const { kind, percent, amount } = cut(off, words);
  return kind === "amount" ? words.t(texts.amountOff, { amount }) : percent;
}

/** The least amount and count of a rule; empty where there is none. */
function minimumText({ conditions, target }: BenefitRule, repeats: boolean, words: RuleWords): string {
  const { t } = words;
  const { min_spend = 0, min_units = 0 } = conditions ?? {};
  const what = ofText(target, words);
  const [spend, units] = [money(min_spend, words), min_units];
  if (min_spend > 0 && min_units > 0) return t(texts.min.both, { what, spend, units });
  if (min_spend > 0) return t(repeats ? texts.min.everySpend : texts.min.spend, { what, spend });
  return min_units > 0 ? t(repeats ? texts.min.everyUnits : texts.min.units, { what, units }) : "";
}

function orderText(rule: BenefitRule, words: RuleWords): string {
  const { t } = words;
  const { order } = rule.effect;
  const what = ofText(rule.target, words);
  const steps = (order?.thresholds ?? []).map(({ at, off }) => {
    const said = offText(off, words);
    if (at === 0) return what ? t(texts.step.always, { what, off: said }) : t(texts.step.order, { off: said });
    if (order?.measure === "units") return t(order.repeats ? texts.step.everyUnits : texts.step.units, { what, at, off: said });
    return t(order?.repeats ? texts.step.everySpend : texts.step.spend, { what, at: money(at, words), off: said });
  });
  return steps.join(t(texts.list));
}

/** What a rule does: 任選 3 件紅茶 99 元. */
export function effectText(rule: BenefitRule, words: RuleWords): string {
  const { t, names } = words;
  const { effect, target } = rule;
  const whatItems = targetText(target, texts.whatItems, words);
  if (effect.item) {
    const { kind, ...said } = cut(effect.item.off, words);
    return t(texts.item[kind], { what: targetText(target, kind === "amount" ? texts.whatItem : texts.whatAll, words), ...said });
  }
  if (effect.nth_unit) {
    const { kind, ...said } = cut(effect.nth_unit.off, words);
    const what = t(texts.nth[kind], { what: whatItems, n: effect.nth_unit.n, ...said });
    return effect.nth_unit.most_expensive ? t(texts.mostExpensive, { what }) : what;
  }
  if (effect.any_n) {
    const { n, price, percent_bp } = effect.any_n;
    if (isGiven(price)) return t(texts.anyN.price, { n, what: whatItems, price: money(price, words) });
    return t(texts.anyN.percent, { n, what: whatItems, percent: percentWords(percent_bp ?? 0, { locale: t.locale }) });
  }
  if (effect.buy_get) {
    const { buy, get, get_from, off, most_expensive } = effect.buy_get;
    const { kind, ...said } = cut(off, words);
    const same = !get_from && kind === "free";
    const got = get_from ? targetText(get_from, texts.whatItems, words) : "";
    const what = t(same ? texts.buyGet.same : texts.buyGet[kind], { buy, get, what: whatItems, got, ...said });
    return most_expensive ? t(texts.mostExpensive, { what }) : what;
  }
  if (effect.bundle) {
    const slots = effect.bundle.slots.map(({ target: fits, units }) => {
      const what = isEverything(fits) ? "…" : targetText(fits, texts.whatAll, words);
      return units > 1 ? t(texts.slot, { units, what }) : what;
    });
    return t(texts.bundle, { slots: slots.join(t(texts.plus)), price: money(effect.bundle.price, words) });
  }
  if (effect.gift) {
    const { variant_id, quantity, repeats } = effect.gift;
    return t(texts.gift, { min: minimumText(rule, repeats, words), count: quantity, what: variant_id ? names.variant(variant_id) : "…" });
  }
  if (effect.add_on) {
    const items = effect.add_on.items.map(({ variant_id, price, most }) => {
      const said = { what: names.variant(variant_id), price: money(price, words) };
      return most > 1 ? t(texts.offeredMost, { ...said, most }) : t(texts.offered, said);
    });
    return t(texts.addOn, { min: minimumText(rule, false, words), items: items.join(t(texts.list)) || "…" });
  }
  if (effect.delivery) {
    const { kind, ...said } = cut(effect.delivery.off, words);
    return t(texts.delivery[kind === "price" ? "amount" : kind], { min: minimumText(rule, false, words), ...said });
  }
  if (effect.points) return t(texts.points, { factor: effect.points.factor_bp / WHOLE_BP });
  const what = orderText(rule, words);
  return typeOf(rule) === "first_order" ? t(texts.firstOrder, { what }) : what;
}

function limitTexts(rule: BenefitRule, words: RuleWords): string[] {
  const { t } = words;
  const { limits, effect } = rule;
  if (!limits) return [];
  const { per_order, max_discount, total, per_day, per_member, per_member_day, budget } = limits;
  return [
    ...(isGiven(per_order) ? [t(effect.item ? texts.perOrder.units : texts.perOrder.times, { count: per_order })] : []),
    ...(isGiven(max_discount) ? [t(texts.maxDiscount, { amount: money(max_discount, words) })] : []),
    ...(isGiven(per_member) ? [t(texts.perMember, { count: per_member })] : []),
    ...(isGiven(per_member_day) ? [t(texts.perMemberDay, { count: per_member_day })] : []),
    ...(isGiven(total) ? [t(texts.total, { count: total })] : []),
    ...(isGiven(per_day) ? [t(texts.perDay, { count: per_day })] : []),
    ...(isGiven(budget) ? [t(texts.budget, { amount: money(budget, words) })] : []),
  ];
}

/** An instant as its date, with the time where it is not the end or beginning of a day. */
function moment(instant: string, dayEdge: "00:00" | "23:59", timeZone: string): string {
  return formatTime(instant, timeZone) === dayEdge ? formatDate(instant, timeZone) : formatDateTime(instant, timeZone);
}

function periodText({ starts_at, ends_at }: RuleConditions, { t, timeZone }: RuleWords): string {
  const from = starts_at ? moment(starts_at, "00:00", timeZone) : "";
  const to = ends_at ? moment(ends_at, "23:59", timeZone) : "";
  if (from && to) return t(texts.period.both, { from, to });
  if (from) return t(texts.period.from, { from });
  return to ? t(texts.period.to, { to }) : "";
}

function weekdayText(weekdays: readonly number[], t: T): string {
  const days = weekdays.toSorted((one, other) => one - other);
  const name = (day: number) => t(common.weekday[day as 1]);
  if (days.length === 0 || days.length === 7) return "";
  if (days.join() === "1,2,3,4,5") return t(texts.weekdays.work);
  if (days.join() === "6,7") return t(texts.weekdays.weekend);
  const [first = 1] = days;
  const last = days.at(-1) ?? first;
  if (days.length > 2 && last - first === days.length - 1) return t(texts.weekdays.range, { from: name(first), to: name(last) });
  return days.map(name).join(t(texts.list));
}

function whenText(conditions: RuleConditions, { t }: RuleWords): string {
  const hours = conditions.hours.map(({ from_minute, to_minute }) => `${clock(from_minute)}–${clock(to_minute)}`);
  const when = [weekdayText(conditions.weekdays, t), hours.join(t(texts.list))].filter(Boolean).join(" ");
  return when && conditions.time_basis === "wanted" ? t(texts.wanted, { when }) : when;
}

function whereTexts(conditions: RuleConditions, { t, names }: RuleWords): string[] {
  const only = (all: readonly string[]) => (all.length > 0 ? [t(texts.only, { names: all.join(t(texts.list)) })] : []);
  const kindName = (kind: string) => (Object.hasOwn(paymentTexts.kind, kind) ? t(paymentTexts.kind[kind as keyof typeof paymentTexts.kind]) : kind);
  const { branch_ids, methods, channels, payment_kinds } = conditions;
  return [
    ...(branch_ids.length > MOST_NAMES ? [t(texts.branches, { count: branch_ids.length })] : only(branch_ids.map(names.branch))),
    ...only(methods.map((one) => t(common.method[one]))),
    ...only(channels.map((one) => t(common.channel[one]))),
    ...only(payment_kinds.map(kindName)),
  ];
}

function whoTexts({ audience }: RuleConditions, { t, names }: RuleWords): string[] {
  if (!audience) return [];
  const { kind, tier_ids, tag_ids, birth_month } = audience;
  const narrowed = tier_ids.length + tag_ids.length > 0;
  return [
    ...(kind === "guests" ? [t(texts.guests)] : kind === "members" && !narrowed ? [t(texts.members)] : []),
    ...(tier_ids.length > 0 ? [t(texts.only, { names: list(tier_ids.map(names.tier), t) })] : []),
    ...(tag_ids.length > 0 ? [t(texts.tagged, { names: list(tag_ids.map(names.tag), t) })] : []),
    ...(birth_month ? [t(texts.birthMonth)] : []),
  ];
}

function besideTexts({ exclusivity, exclusive_group, not_beside }: BenefitRule, { t }: RuleWords): string[] {
  return [
    ...(exclusivity === "order" ? [t(texts.alone)] : []),
    ...(exclusivity === "group" && exclusive_group ? [t(texts.group, { group: exclusive_group })] : []),
    ...(not_beside.length > 0 ? [t(texts.notBeside, { names: not_beside.map((one) => t(texts.benefitClass[one])).join(t(texts.list)) })] : []),
  ];
}

/** What a rule does, to whom and when, in one sentence: 任選 3 件紅茶 99 元，每單最多 2 次，週一至週五 14:00–17:00. */
export function ruleSentence(rule: BenefitRule, words: RuleWords): string {
  const { t } = words;
  const { conditions, effect } = rule;
  const saysMinimum = Boolean(effect.gift ?? effect.add_on ?? effect.delivery ?? effect.order);
  const minimum = saysMinimum ? "" : minimumText({ ...rule, target: null }, false, words);
  return [
    effectText(rule, words),
    minimum && t(texts.spent, { min: minimum }),
    effect.points?.adds ? t(texts.pointsAdd) : "",
    rule.with_extras ? t(texts.extras) : "",
    ...limitTexts(rule, words),
    ...(conditions ? [whenText(conditions, words), periodText(conditions, words), ...whereTexts(conditions, words), ...whoTexts(conditions, words)] : []),
    ...besideTexts(rule, words),
  ]
    .filter(Boolean)
    .map((part) => part.replace(/ {2,}/gu, " ").replace(/ (?=[:,])/gu, "").trim())
    .join(t(texts.comma));
}
