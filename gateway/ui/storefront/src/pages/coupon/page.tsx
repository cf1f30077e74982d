import { useEffect, useMemo, useState } from "preact/hooks";
import { problemFrom, type Problem } from "@yizhimai/api";
import { formatDate, formatDateTime } from "@yizhimai/kit";
import { membership, type OfferedCoupon } from "../../api/membership";
import { back, paths, signInPath } from "../../lib/router";
import { LanguageButton } from "../../parts/cover";
import { Empty } from "../../parts/empty";
import { Icon } from "../../parts/icon";
import { Notice } from "../../parts/notice";
import { Skeleton } from "../../parts/skeleton";
import type { Shop } from "../../shop/shop";
import { askPrice } from "../../shop/use-quote";
import { t, why } from "../../text";
import { common } from "../../text/common";
import "../../styles/member.css";
import { useLoaded } from "../member/use-loaded";
import { texts } from "./texts";

/** A link that is over, or was never one: trying again changes nothing. */
const isOver = ({ status }: Problem) => status >= 400 && status < 500;

function About({ coupon, timeZone }: { coupon: OfferedCoupon; timeZone: string }) {
  const isLater = Date.parse(coupon.valid_from) > Date.now();
  return (
    <div class="coupon">
      <strong class="coupon-name">{coupon.name}</strong>
      {isLater && <span class="soft">{t(texts.validFrom, { date: formatDate(coupon.valid_from, timeZone) })}</span>}
      <span class="soft">{t(texts.until, { date: formatDate(coupon.valid_until, timeZone) })}</span>
      {coupon.uses > 1 && <span class="soft">{t(texts.uses, { uses: coupon.uses })}</span>}
      {coupon.terms && (
        <details>
          <summary>{t(texts.terms)}</summary>
          <p class="terms">{coupon.terms}</p>
        </details>
      )}
    </div>
  );
}

/** 領取轉送的券: what is passed on by a link, to whoever opens it; taking it needs to be a member. */
export function CouponPage({ shop, token }: { shop: Shop; token: string }) {
  const api = useMemo(() => membership(shop.brand), [shop.brand]);
  const me = shop.member.me.value;
  const offer = useLoaded(() => api.couponOffer(token), [api, token, me?.member_id]);
  const [isTaken, setTaken] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Problem>();
  useEffect(() => {
    document.title = t(texts.title);
  }, []);

  async function take(): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setRefused(undefined);
    try {
      await api.claimCoupon(token);
      setTaken(true);
      // The cart is offered it.
      if (shop.cart.lines.value.length > 0) askPrice(shop);
    } catch (error) {
      setRefused(problemFrom(error));
    }
    setBusy(false);
  }

  const coupon = offer.data?.coupon;
  const { problem } = offer;
  const timeZone = shop.timeZone.value;
  const menu = paths.menu(shop.brand, shop.branch);
  return (
    <>
      <header class="bar">
        <button type="button" class="round quiet" aria-label={t(common.cartBackToMenu)} onClick={() => back(menu)}>
          <Icon name="back" />
        </button>
        <div>
          <h1>{t(texts.title)}</h1>
          <p class="soft">{shop.menu.value?.menu.brand.name}</p>
        </div>
        <LanguageButton />
      </header>
      <main class="page-narrow member-page" id="content" tabIndex={-1}>
        {!coupon && !problem && <Skeleton rows={2} />}
        {!coupon && problem && (
          <Empty title={t(texts.over)} hint={why(problem)}>
            {isOver(problem) ? (
              <a class="primary" href={menu}>{t(texts.menu)}</a>
            ) : (
              <button type="button" class="primary" onClick={offer.load}>{t(common.appRetry)}</button>
            )}
          </Empty>
        )}
        {coupon && (
          <section class="card" aria-labelledby="offered-coupon">
            <h2 id="offered-coupon">{coupon.from ? t(texts.from, { name: `${coupon.from}○○` }) : t(texts.fromFriend)}</h2>
            <About coupon={coupon} timeZone={timeZone} />
            {refused && <Notice tone="bad">{why(refused)}</Notice>}
            <div aria-live="polite">
              {isTaken && <Notice tone="ok">{t(texts.taken)}</Notice>}
              {!isTaken && coupon.own && <Notice tone="ok">{t(texts.own)}</Notice>}
            </div>
            {isTaken || coupon.own ? (
              <>
                <a class="primary" href={menu}>{t(texts.menu)}</a>
                <a class="text-button" href={paths.member(shop.brand, shop.branch)}>{t(texts.mine)}</a>
              </>
            ) : (
              <>
                <p class="soft">{t(texts.takeBy, { time: formatDateTime(coupon.expires_at, timeZone) })}</p>
                {me ? (
                  <button type="button" class="primary" aria-disabled={isBusy} onClick={() => void take()}>
                    {t(isBusy ? texts.taking : texts.take)}
                  </button>
                ) : (
                  <>
                    <p>{t(texts.guest)}</p>
                    <a class="primary" href={signInPath()}>{t(common.memberSignIn)}</a>
                  </>
                )}
              </>
            )}
          </section>
        )}
      </main>
    </>
  );
}
