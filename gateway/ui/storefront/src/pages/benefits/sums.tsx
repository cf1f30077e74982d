import { formatMoney } from "@yizhimai/kit";
import type { Benefits } from "../../api/benefits";
import { t } from "../../text";
import { explained } from "./line";
import { texts } from "./texts";

/** What each rule takes off the whole order, and the points that it will earn. */
export function DiscountRows({ benefits, currency, earns = true }: { benefits: Benefits; currency: string; earns?: boolean }) {
  const toEarn = earns ? (benefits.points?.to_earn ?? 0) : 0;
  return (
    <>
      {benefits.discounts.map((discount) => (
        <p class="sum-row sum-discount" key={`${discount.stage}${discount.rule_id}`}>
          <span>{explained(discount, currency)}</span>
          <span class="figure">{formatMoney(discount.amount, currency)}</span>
        </p>
      ))}
      {toEarn > 0 && <p class="sum-earn soft">{t(texts.earn, { points: toEarn })}</p>}
    </>
  );
}
