import { useState } from "preact/hooks";
import { formatDate } from "@yizhimai/kit";
import type { Coupon, Membership } from "../../api/membership";
import { t } from "../../text";
import { texts } from "./texts";
import { Section } from "./section";
import { useLoaded } from "./use-loaded";

function Row({ coupon, timeZone, now }: { coupon: Coupon; timeZone: string; now: number }) {
  const isUsable = coupon.state === "unused";
  const isLater = isUsable && Date.parse(coupon.valid_from) > now;
  const until = t(texts.couponUntil, { date: formatDate(coupon.valid_until, timeZone) });
  return (
    <li class={isUsable ? "coupon" : "coupon is-past"}>
      <strong>{coupon.name}</strong>
      <span class="soft">{isLater ? t(texts.couponFrom, { date: formatDate(coupon.valid_from, timeZone), until }) : until}</span>
      {coupon.uses_allowed > 1 && isUsable && <span class="soft">{t(texts.couponUses, { left: coupon.uses_left, all: coupon.uses_allowed })}</span>}
      {coupon.state !== "unused" && <span class="tag tag-out">{t(texts.couponStates[coupon.state])}</span>}
      {isUsable && <span class="soft figure">{t(texts.couponCode, { code: coupon.code })}</span>}
      {coupon.terms && (
        <details>
          <summary>{t(texts.couponTerms)}</summary>
          <p class="terms">{coupon.terms}</p>
        </details>
      )}
    </li>
  );
}

/** Coupons that can be used, or those that were used or have ended in the last 90 days. */
export function Coupons({ api, timeZone }: { api: Membership; timeZone: string }) {
  const [isPast, setPast] = useState(false);
  const coupons = useLoaded(() => api.coupons(isPast), [api, isPast]);
  return (
    <Section title={t(texts.coupons)} of={coupons}>
      {({ coupons: list }) => (
        <>
          <div class="chips" role="group" aria-label={t(texts.coupons)}>
            {[false, true].map((past) => (
              <label class="chip" key={String(past)}>
                <input type="radio" name="coupons" checked={isPast === past} onChange={() => setPast(past)} />
                <span class="chip-face">{t(past ? texts.couponsPast : texts.couponsUsable)}</span>
              </label>
            ))}
          </div>
          {list.length === 0 && <p class="soft">{t(isPast ? texts.noPastCoupons : texts.noCoupons)}</p>}
          <ul class="coupons">
            {list.map((coupon) => (
              <Row key={coupon.coupon_id} coupon={coupon} timeZone={timeZone} now={Date.now()} />
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}
