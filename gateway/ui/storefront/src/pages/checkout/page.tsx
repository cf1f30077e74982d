import { useEffect } from "preact/hooks";
import { formatMoney } from "@yizhimai/kit";
import { estimate, unitsIn } from "../../domain/cart";
import { isDeposit } from "../../domain/payment";
import { at } from "../../domain/refusals";
import { back, paths } from "../../lib/router";
import { Empty } from "../../parts/empty";
import { Icon } from "../../parts/icon";
import { Beside } from "../../parts/lazy";
import { MemberButton } from "../../parts/member-button";
import { Notice } from "../../parts/notice";
import { ProblemPage } from "../../parts/problem";
import { Skeleton } from "../../parts/skeleton";
import type { EarlierOrder } from "../../shop/place-order";
import type { Shop } from "../../shop/shop";
import { isTestMode } from "../../shop/test-mode";
import { useCartSlots } from "../../shop/use-cart-slots";
import { t } from "../../text";
import { sentence } from "../../lib/sentence";
import { common } from "../../text/common";
import { benefits } from "../benefits/later";
import { ChangedQuote } from "./changed-quote";
import { ContactFields } from "./contact-fields";
import { MethodChoice } from "./method-choice";
import { OrderLines } from "./order-lines";
import { PaymentChoice } from "./payment-choice";
import { texts } from "./texts";
import { TimeChoice } from "./time-choice";
import { useCheckout, type Checkout } from "./use-checkout";

function Head({ shop, branch }: { shop: Shop; branch?: string }) {
  return (
    <header class="bar">
      <button type="button" class="round quiet" aria-label={t(texts.appBack)} onClick={() => back(paths.menu(shop.brand, shop.branch))}>
        <Icon name="back" />
      </button>
      <div>
        <h1>{t(texts.title)}</h1>
        {branch && <p class="soft">{branch}</p>}
      </div>
      <MemberButton shop={shop} className="quiet" />
    </header>
  );
}

/** A request without a response: its outcome is found out before anything else is sent. */
function Unsure({ checkout }: { checkout: Checkout }) {
  const busy = checkout.phase !== "unsure";
  return (
    <section class="card unsure" role="status">
      <h2>{busy ? t(texts.waiting) : t(texts.unsure)}</h2>
      <p class="soft">{busy ? t(texts.waitingHint) : t(texts.unsureHint)}</p>
      {busy ? (
        <div class="working" aria-hidden="true" />
      ) : (
        <>
          <button type="button" class="primary" onClick={checkout.askAgain}>
            {t(texts.confirmAgain)}
          </button>
          <button type="button" class="text-button" onClick={checkout.change}>
            {t(texts.change)}
          </button>
        </>
      )}
    </section>
  );
}

/** An earlier request became an order; the rest of the cart would be another one. */
function Earlier({ order }: { order: EarlierOrder }) {
  return (
    <div class="is-refused" tabIndex={-1}>
      <Notice tone="bad">
        <p>{order.pickup_number ? t(texts.earlier, { number: order.pickup_number }) : t(texts.earlierUnpaid)}</p>
        {order.page && <a class="text-button" href={order.page}>{t(texts.seeOrder)}</a>}
      </Notice>
    </div>
  );
}

function Submit({ shop, checkout }: { shop: Shop; checkout: Checkout }) {
  const currency = shop.menu.value?.menu.brand.currency ?? "TWD";
  const total = checkout.quote?.total ?? estimate(shop.menu.value, shop.cart.lines.value);
  const sending = checkout.phase === "sending";
  const { chosen } = checkout;
  const discounts = checkout.quote?.benefits;
  const isOnline = chosen?.online === true && chosen.pay_now > 0;
  const deposit = chosen && isDeposit(chosen, total) ? chosen.pay_now : undefined;
  const idle = deposit !== undefined ? texts.submitDeposit : isOnline ? texts.submitPay : texts.submit;
  const label = t(sending ? texts.submitting : idle);
  const changed = isOnline ? texts.changedSubmitPay : texts.changedSubmit;
  return (
    <div class="submit">
      <div class="submit-inner">
        {discounts && <Beside of={benefits}>{({ UnusedNote }) => <UnusedNote benefits={discounts} />}</Beside>}
        {checkout.notPriced && <p class="field-error" role="alert">{t(texts.notPriced)}</p>}
        {checkout.refusals.length > 0 && <p class="field-error" role="alert">{t(texts.fix)}</p>}
        <button type="submit" form="checkout" class="primary" aria-disabled={sending}>
          <span>{checkout.changed ? t(changed, { total: formatMoney(total, currency) }) : label}</span>
          {!checkout.changed && (
            <span class="figure" aria-live="polite">{formatMoney(deposit ?? total, currency)}</span>
          )}
        </button>
        <p class="soft submit-terms">{t(checkout.isPriced ? (isOnline ? texts.termsPay : texts.terms) : texts.pricing)}</p>
      </div>
    </div>
  );
}

export function CheckoutPage({ shop }: { shop: Shop }) {
  const offer = useCartSlots(shop);
  const checkout = useCheckout(shop, offer);
  const index = shop.menu.value;
  useEffect(() => {
    document.title = t(texts.title);
  }, []);

  const problem = shop.problem.value;
  if (checkout.phase === "waiting" || checkout.phase === "unsure") {
    return (
      <>
        <Head shop={shop} branch={index?.menu.branch.name} />
        <main class="page-narrow" id="content" tabIndex={-1}>
          <Unsure checkout={checkout} />
        </main>
      </>
    );
  }
  if (problem && !index) return <ProblemPage title={t(common.menuError)} problem={problem} onRetry={() => void shop.reload()} />;
  if (!index) return <Skeleton rows={5} />;
  if (unitsIn(shop.cart.lines.value) === 0) {
    return (
      <>
        <Head shop={shop} branch={index.menu.branch.name} />
        <main class="page-narrow" id="content" tabIndex={-1}>
          {checkout.earlier && <Earlier order={checkout.earlier} />}
          <Empty title={t(common.cartEmpty)} hint={t(common.cartEmptyHint)}>
            <a class="primary" href={paths.menu(shop.brand, shop.branch)}>
              {t(common.cartBackToMenu)}
            </a>
          </Empty>
        </main>
      </>
    );
  }
  const timeZone = shop.timeZone.value;
  return (
    <>
      <Head shop={shop} branch={index.menu.branch.name} />
      <main id="content" tabIndex={-1}>
        <form
          id="checkout" class="checkout" noValidate
          onSubmit={(event) => {
            event.preventDefault();
            checkout.submit();
          }}
        >
          <div class="checkout-main">
            {checkout.earlier && <Earlier order={checkout.earlier} />}
            {checkout.changed && <ChangedQuote differences={checkout.changed} currency={index.menu.brand.currency} timeZone={timeZone} />}
            {isTestMode() && <Notice tone="warn">{t(texts.test)}</Notice>}
            {at(checkout.refusals, "page").map((refusal) => (
              <Notice key={refusal.reason} tone="bad">
                {sentence(refusal, timeZone)}
              </Notice>
            ))}
            <MethodChoice shop={shop} refusals={checkout.refusals} />
            <TimeChoice shop={shop} offer={offer} refusals={checkout.refusals} />
            <ContactFields shop={shop} refusals={checkout.refusals} />
            <PaymentChoice
              shop={shop} offered={checkout.offered} chosen={checkout.chosen}
              total={checkout.quote?.total ?? estimate(index, shop.cart.lines.value)} refusals={checkout.refusals}
            />
            <Beside of={benefits}>{({ Benefits }) => <Benefits shop={shop} quote={checkout.quote} refusals={checkout.refusals} />}</Beside>
          </div>
          <OrderLines shop={shop} quote={checkout.quote} refusals={checkout.refusals} />
        </form>
        <Submit shop={shop} checkout={checkout} />
      </main>
    </>
  );
}
