import { formatMoney } from "@yizhimai/kit";

import type { Tier, TierBenefits, TierCondition } from "../../data/types";
import type { T } from "../../i18n";
import { common } from "../../i18n/common";
import { measures, ONCE_BP, type Measure } from "./rules";
import { texts } from "./texts";

/** A number of a condition: money, or how many. */
export function measureText(measure: Measure, value: number): string {
  return measure === "spend" || measure === "single_order" ? formatMoney(value) : String(value);
}

/** 「累積消費滿 NT$3,000，或訂單滿 10 筆」; empty where nothing is needed. */
export function conditionText(t: T, condition: TierCondition | null | undefined): string {
  if (!condition) return "";
  const parts = measures.filter((one) => condition[one] > 0).map((one) => t(texts.condition[one], { value: measureText(one, condition[one]) }));
  return parts.join(t(condition.all ? texts.and : texts.or));
}

/** 「95 折」 of 500 basis points, in English 95% of the price. */
export function discountText(t: T, discountBp: number): string {
  const share = (ONCE_BP - discountBp) / 100;
  return t(texts.discountOf, { share: t.locale === "zh-TW" && share % 10 === 0 ? share / 10 : share });
}

/** What a tier gives, in one line. */
export function benefitsText(t: T, { discount_bp, max_discount, points_factor_bp, free_delivery_from, exclusive_products, exclusive_hours }: TierBenefits): string {
  const parts = [
    discount_bp > 0 ? discountText(t, discount_bp) + (max_discount ? t(texts.discountMost, { amount: formatMoney(max_discount) }) : "") : "",
    points_factor_bp > ONCE_BP ? t(texts.factorOf, { factor: points_factor_bp / ONCE_BP }) : "",
    free_delivery_from === null || free_delivery_from === undefined ? "" : t(texts.deliveryOf, { amount: formatMoney(free_delivery_from) }),
    exclusive_products ? t(texts.exclusiveOf, { count: exclusive_products.product_ids.length + exclusive_products.variant_ids.length + exclusive_products.category_ids.length }) : "",
    exclusive_hours.length > 0 ? t(texts.exclusiveHoursOf, { count: exclusive_hours.length }) : "",
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(t(common.listComma)) : t(texts.noBenefits);
}

/** How long a tier lasts and what keeps it, in one line; empty for the base tier. */
export function lastingText(t: T, tier: Tier): string {
  if (!tier.upgrade) return "";
  if (tier.validity_days === 0) return t(texts.lastsForEver);
  const renewal = tier.renewal ? conditionText(t, tier.renewal) : t(texts.renewalSame);
  const grace = tier.grace_days > 0 ? t(texts.graceOf, { days: tier.grace_days }) : "";
  return t(texts.lastsFor, { days: tier.validity_days, renewal }) + grace + t(texts.thenDown, { down: t(texts.downgrade[tier.downgrade]) });
}
