import type { Quote } from "@yizhimai/api";
import { formatDate, formatMoney } from "@yizhimai/kit";
import { withCoupon } from "../../domain/benefits";
import type { Shop } from "../../shop/shop";
import { t } from "../../text";
import { texts } from "./texts";
import { whyNot } from "./why-not";

/** Coupons of the member that could be used, with what each saves. */
export function Coupons({ shop, quote }: { shop: Shop; quote: Quote }) {
  const { entered } = shop.draft.draft.value;
  const coupons = quote.usable_coupons.filter(({ coupon_id }) => !entered?.coupons.includes(coupon_id));
  if (coupons.length === 0) return null;
  return (
    <div class="proposals">
      <h3>{t(texts.couponsTitle)}</h3>
      <ul>
        {coupons.map((coupon) => {
          const saving = coupon.total_with === null ? undefined : quote.total - coupon.total_with;
          return (
            <li class="proposal" key={coupon.coupon_id}>
              <div class="entered-text">
                <strong>{coupon.name}</strong>
                {saving !== undefined && saving > 0 && <span class="entered-used">{t(texts.couponSaves, { amount: formatMoney(saving, quote.currency) })}</span>}
                {coupon.reason && <span class="soft">{whyNot(coupon, shop.timeZone.value)}</span>}
                {coupon.ends_at && <span class="soft">{t(texts.ends, { date: formatDate(coupon.ends_at, shop.timeZone.value) })}</span>}
              </div>
              {saving !== undefined && (
                <button
                  type="button" class="secondary" aria-label={t(texts.couponUse, { name: coupon.name })}
                  onClick={() => shop.draft.edit({ entered: withCoupon(entered, coupon.coupon_id) })}
                >
                  {t(texts.couponUseShort)}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
