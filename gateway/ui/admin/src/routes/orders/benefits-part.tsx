import { formatMoney } from "@yizhimai/kit";
import { explanationSentence, rejectionSentence, type Words } from "@yizhimai/kit/benefits";
import { Collapse } from "antd";

import type { OrderBenefits } from "../../data/benefit-types";
import type { Order } from "../../data/types";
import { useT } from "../../i18n";
import { Badge } from "../rules/badge";
import styles from "./benefits-part.module.css";
import { texts } from "./benefits-texts";
import { lineName } from "./words";

const ONCE_BP = 10_000;

/** What promotions, tier, codes, coupons and points did to an order when it was placed, and what did not apply and why. */
export function BenefitsPart({ order }: { order: Order }) {
  const t = useT();
  const { benefits, currency } = order;
  if (!benefits) return null;
  const words: Words = { locale: t.locale, currency };
  const money = (amount: number) => formatMoney(amount, currency);
  const { discounts, entered, gifts, not_applied, points } = benefits;
  return (
    <section aria-label={t(texts.title)}>
      <h3>{t(texts.title)}</h3>
      {discounts.length > 0 ? (
        <ul className={styles.list}>
          <li className={styles.row}>
            <span>{t(texts.list)}</span>
            <span className="tabular">{money(order.list_total)}</span>
          </li>
          {discounts.map((one, index) => (
            <li key={`${one.rule_id}-${String(index)}`} className={styles.row}>
              <span>
                {one.name}
                <small>{explanationSentence(one, words)}</small>
              </span>
              <span className="tabular">{money(one.amount)}</span>
            </li>
          ))}
          <li className={styles.row}>
            <strong>{t(texts.goods)}</strong>
            <strong className="tabular">{money(order.goods_total)}</strong>
          </li>
        </ul>
      ) : null}
      {gifts.length > 0 ? (
        <ul className={styles.list} aria-label={t(texts.gifts)}>
          {gifts.map((gift) => (
            <li key={`${gift.rule_id}-${gift.variant_id}`} className={styles.row}>
              <span>{t(texts.gift, { name: gift.name, product: lineName(gift), count: gift.quantity })}</span>
              <Badge tone={gift.state === "given" ? "good" : "plain"}>{t(texts.giftState[gift.state])}</Badge>
            </li>
          ))}
        </ul>
      ) : null}
      {entered.length > 0 ? (
        <ul className={styles.list} aria-label={t(texts.entered)}>
          {entered.map((one) => (
            <Entered key={one.field} outcome={one} words={words} money={money} />
          ))}
        </ul>
      ) : null}
      {points ? <Points points={points} money={money} /> : null}
      {not_applied.length > 0 ? (
        <Collapse
          ghost
          items={[{
            key: "not_applied",
            label: t(texts.notApplied, { count: not_applied.length }),
            children: (
              <ul className={styles.list}>
                {not_applied.map((rule) => (
                  <li key={rule.rule_id}>
                    {rule.name}
                    <small>{rejectionSentence(rule, words)}</small>
                  </li>
                ))}
              </ul>
            ),
          }]}
        />
      ) : null}
    </section>
  );
}

interface EnteredProps {
  outcome: OrderBenefits["entered"][number];
  words: Words;
  money: (amount: number) => string;
}

/** A code, a coupon or points as the customer entered them: used, or not and why. */
function Entered({ outcome, words, money }: EnteredProps) {
  const t = useT();
  const { kind, name, used, amount, total_with, total_without } = outcome;
  const what = kind === "code" ? t(texts.code, { entered: outcome.entered }) : kind === "points" ? t(texts.points) : name ? t(texts.couponNamed, { name }) : t(texts.coupon);
  return (
    <li>
      <div className={styles.row}>
        <span>
          {what} <Badge tone={used ? "good" : "warn"}>{used ? t(texts.used) : t(texts.notUsed)}</Badge>
        </span>
        {used ? <span className="tabular">{money(amount)}</span> : null}
      </div>
      {used ? null : <small>{rejectionSentence(outcome, words)}</small>}
      {total_with !== null && total_without !== null ? <small>{t(texts.withIt, { total: money(total_with), without: money(total_without) })}</small> : null}
    </li>
  );
}

function Points({ points, money }: { points: NonNullable<OrderBenefits["points"]>; money: (amount: number) => string }) {
  const t = useT();
  const { unit_name: unit, requested, used, capped, to_earn: earned, earning_base, factor_bp } = points;
  const base = money(earning_base);
  return (
    <ul className={styles.list} aria-label={t(texts.points)}>
      {used > 0 ? <li>{capped ? t(texts.pointsCapped, { requested, used, unit }) : t(texts.pointsUsed, { used, unit })}</li> : null}
      {earned > 0 ? (
        <li>{factor_bp === ONCE_BP ? t(texts.pointsEarn, { earned, unit, base }) : t(texts.pointsEarnFactor, { earned, unit, base, factor: factor_bp / ONCE_BP })}</li>
      ) : null}
    </ul>
  );
}
