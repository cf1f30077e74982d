import { useRef, useState } from "preact/hooks";
import { problemFrom, type Problem } from "@yizhimai/api";
import { formatDateTime } from "@yizhimai/kit";
import type { Coupon, Membership } from "../../api/membership";
import { paths } from "../../lib/router";
import { Notice } from "../../parts/notice";
import { Sheet } from "../../parts/sheet";
import type { Shop } from "../../shop/shop";
import { t, why } from "../../text";
import { Field } from "./field";
import { texts } from "./texts";

interface OfferSheetProps {
  api: Membership;
  shop: Shop;
  coupon: Coupon;
  onClose: () => void;
}

interface Link {
  url: string;
  expires_at: string;
}

/** 轉送: a link by which one friend takes the coupon. It is shown once; another one ends it. */
export function OfferSheet({ api, shop, coupon, onClose }: OfferSheetProps) {
  const [link, setLink] = useState<Link>();
  const [isCopied, setCopied] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const field = useRef<HTMLInputElement>(null);
  const canShare = "share" in navigator;

  async function make(): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const { token, expires_at } = await api.offerCoupon(coupon.coupon_id);
      setLink({ url: new URL(paths.coupon(shop.brand, shop.branch, token), location.href).href, expires_at });
    } catch (error) {
      setProblem(problemFrom(error));
    }
    setBusy(false);
  }

  // A browser that lets no page copy leaves the link selected in its field.
  const copy = ({ url }: Link) => {
    const select = () => field.current?.select();
    if (navigator.clipboard) navigator.clipboard.writeText(url).then(() => setCopied(true), select);
    else select();
  };
  // Who leaves the choice of an app changes nothing.
  const share = ({ url }: Link) => navigator.share({ title: coupon.name, text: t(texts.offerText, { name: coupon.name }), url }).catch(() => undefined);
  return (
    <Sheet
      title={t(texts.offer)} onClose={onClose}
      footer={link ? (
        <div class={canShare ? "sheet-actions" : undefined}>
          {canShare && (
            <button type="button" class="secondary" onClick={() => void share(link)}>{t(texts.offerShare)}</button>
          )}
          <button type="button" class="primary" onClick={() => copy(link)}>{t(texts.offerCopy)}</button>
        </div>
      ) : (
        <button type="button" class="primary" aria-disabled={isBusy} onClick={() => void make()}>{t(texts.offerMake)}</button>
      )}
    >
      <div class="member-form">
        <p>
          <strong>{coupon.name}</strong>
        </p>
        <p class="soft">{t(coupon.offered_until && !link ? texts.offerAnother : texts.offerHint)}</p>
        {problem && <Notice tone="bad">{why(problem)}</Notice>}
        {link && (
          <Field label={t(texts.offerLink)} hint={t(texts.offerReady, { time: formatDateTime(link.expires_at, shop.timeZone.value) })} refusals={[]}>
            {(attributes) => <input {...attributes} ref={field} type="text" readOnly value={link.url} onFocus={(event) => event.currentTarget.select()} />}
          </Field>
        )}
        <div aria-live="polite">{isCopied && <Notice tone="ok">{t(texts.offerCopied)}</Notice>}</div>
      </div>
    </Sheet>
  );
}
