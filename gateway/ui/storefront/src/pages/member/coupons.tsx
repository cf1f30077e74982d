import { useState } from "preact/hooks";
import { problemFrom, type Problem } from "@yizhimai/api";
import { formatDate, formatDateTime } from "@yizhimai/kit";
import type { Coupon, Membership } from "../../api/membership";
import { Notice } from "../../parts/notice";
import type { Shop } from "../../shop/shop";
import { t, why } from "../../text";
import { OfferSheet } from "./offer-sheet";
import { texts } from "./texts";
import { Section } from "./section";
import { useLoaded } from "./use-loaded";

interface PassingOnProps {
  api: Membership;
  coupon: Coupon;
  timeZone: string;
  onOffer: () => void;
  onChanged: () => void;
}

/** Passing a coupon on by a link, and taking the link back. */
function PassingOn({ api, coupon, timeZone, onOffer, onChanged }: PassingOnProps) {
  const [problem, setProblem] = useState<Problem>();
  const isOffered = coupon.offered_until !== null && Date.parse(coupon.offered_until) > Date.now();
  async function withdraw(): Promise<void> {
    setProblem(undefined);
    try {
      await api.withdrawOffer(coupon.coupon_id);
      onChanged();
    } catch (error) {
      setProblem(problemFrom(error));
    }
  }
  return (
    <>
      {isOffered && <span class="tag">{t(texts.offerUntil, { time: formatDateTime(coupon.offered_until, timeZone) })}</span>}
      {problem && <Notice tone="bad">{why(problem)}</Notice>}
      <div class="coupon-actions">
        <button type="button" class="text-button" aria-label={t(isOffered ? texts.offerAgainOf : texts.offerOf, { name: coupon.name })} onClick={onOffer}>
          {t(isOffered ? texts.offerAgain : texts.offer)}
        </button>
        {isOffered && (
          <button type="button" class="text-button" aria-label={t(texts.offerWithdrawOf, { name: coupon.name })} onClick={() => void withdraw()}>
            {t(texts.offerWithdraw)}
          </button>
        )}
      </div>
    </>
  );
}

function Row({ now, ...props }: PassingOnProps & { now: number }) {
  const { coupon, timeZone } = props;
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
      {isUsable && coupon.transferable && <PassingOn {...props} />}
    </li>
  );
}

/** Coupons that can be used or passed on, or those that were used or have ended in the last 90 days. */
export function Coupons({ api, shop }: { api: Membership; shop: Shop }) {
  const [isPast, setPast] = useState(false);
  const [offering, setOffering] = useState<Coupon>();
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
              <Row
                key={coupon.coupon_id} api={api} coupon={coupon} timeZone={shop.timeZone.value} now={Date.now()}
                onOffer={() => setOffering(coupon)} onChanged={coupons.load}
              />
            ))}
          </ul>
          {offering && (
            <OfferSheet
              api={api} shop={shop} coupon={offering}
              onClose={() => {
                setOffering(undefined);
                coupons.load();
              }}
            />
          )}
        </>
      )}
    </Section>
  );
}
