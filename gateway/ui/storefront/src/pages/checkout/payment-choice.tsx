import { useEffect } from "preact/hooks";
import type { PayMethod } from "../../api/payment";
import type { FieldRefusal } from "../../domain/draft";
import { at } from "../../domain/refusals";
import { sentence } from "../../lib/sentence";
import { Icon } from "../../parts/icon";
import { Notice } from "../../parts/notice";
import { PayMethodRows } from "../../parts/pay-method-rows";
import type { Shop } from "../../shop/shop";
import type { OfferedMethods } from "../../shop/use-pay-methods";
import { t } from "../../text";
import { common } from "../../text/common";
import { paying } from "../pay/paying-later";
import { texts } from "./texts";

/** For a branch without configured methods, and while the list is unavailable; the server still decides. */
function OnSite() {
  return (
    <p class="payment-row">
      <Icon name="wallet" size={24} />
      <span>
        <strong>{t(texts.payOnSite)}</strong>
        <span class="soft">{t(texts.payOnSiteHint)}</span>
      </span>
    </p>
  );
}

interface PaymentChoiceProps {
  shop: Shop;
  offered: OfferedMethods;
  chosen: PayMethod | undefined;
  total: number;
  refusals: readonly FieldRefusal[];
}

/** Payment methods in the order that the shop has set. */
export function PaymentChoice({ shop, offered, chosen, total, refusals }: PaymentChoiceProps) {
  const { methods, failed, ask } = offered;
  const online = methods?.some((method) => method.online) === true;
  useEffect(() => {
    // Needed next, perhaps on a worse connection.
    if (online) void paying.fetch();
  }, [online]);
  const isLoading = methods === undefined && !failed;
  return (
    <fieldset class="card payment">
      <legend>{t(texts.payment)}</legend>
      {isLoading ? (
        <div class="bone pay-method-bone" role="status" aria-label={t(common.appLoading)} />
      ) : methods && methods.length > 0 ? (
        <PayMethodRows
          methods={methods} chosen={chosen} total={total} currency={shop.menu.value?.menu.brand.currency ?? "TWD"}
          onChoose={({ method_id }) => shop.draft.edit({ payment_method_id: method_id })}
        />
      ) : (
        <OnSite />
      )}
      {failed && !methods && <Notice tone="warn" action={{ label: t(common.appRetry), onClick: ask }}>{t(texts.methodsMissing)}</Notice>}
      {at(refusals, "payment").map((refusal) => (
        <div class="is-refused" tabIndex={-1} key={refusal.reason}>
          <Notice tone="bad">{sentence(refusal, shop.timeZone.value)}</Notice>
        </div>
      ))}
    </fieldset>
  );
}
