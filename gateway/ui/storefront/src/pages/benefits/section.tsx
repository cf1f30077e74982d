import { useRef } from "preact/hooks";
import type { Quote } from "@yizhimai/api";
import type { RejectedRule } from "../../api/benefits";
import { withinReach } from "../../domain/benefits";
import type { FieldRefusal } from "../../domain/draft";
import { signInPath } from "../../lib/router";
import { Icon } from "../../parts/icon";
import type { Shop } from "../../shop/shop";
import { t } from "../../text";
import { CodeField } from "./code-field";
import { Coupons } from "./coupons";
import { EnteredRows } from "./entered-rows";
import { Gifts } from "./gifts";
import { Offers } from "./offers";
import { Points } from "./points";
import { texts } from "./texts";
import { whyNot } from "./why-not";

/** 「再消費 NT$30 即可使用」: what is missing for the next offers. */
export function WithinReach({ shop, quote }: { shop: Shop; quote: Quote }) {
  const rules = withinReach(quote.benefits?.not_applied ?? []);
  if (rules.length === 0) return null;
  return (
    <ul class="within-reach" aria-live="polite">
      {rules.slice(0, 2).map((rule) => (
        <li key={rule.rule_id}>
          <strong>{rule.name}</strong> {whyNot(rule, shop.timeZone.value)}
        </li>
      ))}
    </ul>
  );
}

function NotApplied({ shop, rules }: { shop: Shop; rules: readonly RejectedRule[] }) {
  if (rules.length === 0) return null;
  return (
    <details class="not-applied">
      <summary>{t(texts.othersTitle)}</summary>
      <ul>
        {rules.map((rule) => (
          <li key={rule.rule_id}>
            <strong>{rule.name}</strong> <span class="soft">{whyNot(rule, shop.timeZone.value)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Everything that takes something off: what acts, what is missing, and codes, coupons and points to enter. */
export function Benefits({ shop, quote, refusals = [] }: { shop: Shop; quote?: Quote; refusals?: readonly FieldRefusal[] }) {
  const latest = useRef<Quote | undefined>(undefined);
  if (quote) latest.current = quote;
  // The latest stays while a newer price is requested, so that nothing jumps.
  const priced = latest.current;
  const benefits = priced?.benefits;
  const near = withinReach(benefits?.not_applied ?? []);
  const isGuest = shop.member.me.value === null;
  return (
    <section class="card benefits" aria-labelledby="benefits">
      <h2 id="benefits">{t(texts.title)}</h2>
      {priced && <WithinReach shop={shop} quote={priced} />}
      {benefits && <Gifts shop={shop} gifts={benefits.gifts} />}
      <EnteredRows shop={shop} quote={priced} refusals={refusals} />
      <CodeField shop={shop} />
      {isGuest && (
        <a class="sign-in-hint" href={signInPath()}>
          <Icon name="person" /> {t(texts.signInHint)} <Icon name="chevron" size={18} />
        </a>
      )}
      {priced && <Coupons shop={shop} quote={priced} />}
      {priced && benefits?.points && <Points shop={shop} quote={priced} points={benefits.points} refusals={refusals} />}
      {priced && <Offers shop={shop} quote={priced} />}
      <NotApplied shop={shop} rules={(benefits?.not_applied ?? []).filter((rule) => !near.includes(rule))} />
    </section>
  );
}
