import { useEffect, useState } from "preact/hooks";
import { newIdempotencyKey, type Order, type Problem } from "@yizhimai/api";
import { formatDayTime, formatMoney } from "@yizhimai/kit";
import { reorder } from "../../domain/reorder";
import { now } from "../../lib/clock";
import { go, paths } from "../../lib/router";
import { Lazy } from "../../parts/lazy";
import { LanguageButton } from "../../parts/cover";
import { Empty } from "../../parts/empty";
import { Icon } from "../../parts/icon";
import { Notice } from "../../parts/notice";
import { ProblemPage } from "../../parts/problem";
import { Sheet } from "../../parts/sheet";
import { Skeleton } from "../../parts/skeleton";
import { forgetAttempt } from "../../shop/pay-order";
import type { Shop } from "../../shop/shop";
import { locale, t } from "../../text";
import { sentence } from "../../lib/sentence";
import { common } from "../../text/common";
import "../../styles/checkout.css";
import "../../styles/order.css";
import { paying } from "../pay/paying-later";
import { OrderFacts, OrderItems } from "./details";
import { isOpen, isUnderWay, Steps, stateLine } from "./steps";
import { texts } from "./texts";
import { useOrder } from "./use-order";

function Ticket({ order, timeZone }: { order: Order; timeZone: string }) {
  const promised = order.promised_at ?? order.wanted_at;
  const showsTime = promised && ["placed", "accepted", "preparing"].includes(order.state);
  return (
    <section class={`ticket is-${order.state}`} aria-live="polite">
      {order.test && <span class="badge">{t(texts.test)}</span>}
      {order.pickup_number && <p class="ticket-label">{t(texts.pickupNumber)}</p>}
      {order.pickup_number && <p class="ticket-number figure">{order.pickup_number}</p>}
      <p class="ticket-state">{stateLine(order)}</p>
      {showsTime && (
        <p class="ticket-time">
          <Icon name="clock" size={18} />
          {t(texts.promised, { time: formatDayTime(promised, timeZone, now.value, locale.value) })}
        </p>
      )}
    </section>
  );
}

const cancelReasons = {
  out_of_stock: texts.reasonOutOfStock, too_busy: texts.reasonTooBusy, closed: texts.reasonClosed,
  customer_request: texts.reasonCustomerRequest, duplicate: texts.reasonDuplicate, unreachable: texts.reasonUnreachable,
  hold_gone: texts.reasonHoldGone,
} as const;

function CancelledWhy({ order }: { order: Order }) {
  if (order.state !== "cancelled" && order.state !== "rejected") return null;
  const key = cancelReasons[order.cancel_reason as keyof typeof cancelReasons];
  if (!key && !order.cancel_text) return null;
  return <p class="soft centred">{key ? t(key) : t(texts.reasonOther, { text: order.cancel_text ?? "" })}</p>;
}

/** Refunds that are done or under way, and a note about payments that arrive too late. */
function MoneyBack({ order }: { order: Order }) {
  const { refunded, refunding } = order;
  if (refunded + refunding > 0) {
    return (
      <Notice tone={refunding > 0 ? "warn" : "ok"}>
        {refunded > 0 && <p>{t(texts.refunded)} {formatMoney(refunded, order.currency)}</p>}
        {refunding > 0 && <p>{t(texts.refunding)} {formatMoney(refunding, order.currency)}</p>}
        <p>{t(texts.refundHint)}</p>
      </Notice>
    );
  }
  return order.state === "expired" ? <p class="soft centred">{t(texts.expiredHint)}</p> : null;
}

/** The shop changed the promised time: from, to, and why. */
function Moved({ order, timeZone }: { order: Order; timeZone: string }) {
  if (!order.rescheduled_from || !order.promised_at || !isOpen(order.state)) return null;
  const at = (instant: string) => formatDayTime(instant, timeZone, now.value, locale.value);
  return (
    <Notice tone="warn">
      <p>{t(texts.moved, { from: at(order.rescheduled_from), to: at(order.promised_at) })}</p>
      {order.reschedule_reason && <p>{t(texts.movedWhy, { reason: order.reschedule_reason })}</p>}
    </Notice>
  );
}

function CancelSheet({ order, onKeep, onCancel }: { order: Order; onKeep: () => void; onCancel: () => void }) {
  return (
    <Sheet
      title={t(texts.cancel)} size="small" onClose={onKeep}
      footer={
        <div class="sheet-actions">
          <button type="button" class="secondary" onClick={onKeep}>
            {t(texts.cancelNo)}
          </button>
          <button type="button" class="primary danger" onClick={onCancel}>
            {t(texts.cancelYes)}
          </button>
        </div>
      }
    >
      <p>{order.pickup_number ? t(texts.cancelAsk, { number: order.pickup_number }) : t(texts.cancelAskUnpaid)}</p>
      {order.pickup_number && <p class="soft">{t(texts.cancelHint)}</p>}
      {order.paid > 0 && <p class="soft">{t(texts.cancelRefund, { amount: formatMoney(order.paid, order.currency) })}</p>}
    </Sheet>
  );
}

/** Adds the same items to the cart as far as they are available, and lists what is missing. */
function OrderAgain({ shop, order }: { shop: Shop; order: Order }) {
  const [outcome, setOutcome] = useState<{ missing: string[]; some: boolean }>();
  const index = shop.menu.value;
  function again(): void {
    if (!index) return;
    const { lines, missing } = reorder(order, index, shop.stock.value, newIdempotencyKey);
    for (const line of lines) shop.cart.put(line);
    // An order that was not paid in time is made again as it was.
    if (order.state === "expired" && shop.draft.draft.value.remark === "") shop.draft.edit({ method: order.method, remark: order.remark, utensils: order.utensils });
    if (missing.length > 0) setOutcome({ missing, some: lines.length > 0 });
    else go(paths.cart(shop.brand, shop.branch));
  }
  return (
    <>
      <button type="button" class={isOpen(order.state) ? "secondary" : "primary"} disabled={!index} onClick={again}>
        {t(texts.again)}
      </button>
      {outcome && (
        <Notice tone="warn" action={{ label: outcome.some ? t(common.cartOpen) : t(common.cartBackToMenu), onClick: () => go(outcome.some ? paths.cart(shop.brand, shop.branch) : paths.menu(shop.brand, shop.branch)) }}>
          {outcome.some ? t(texts.againMissing, { list: outcome.missing.join(t(common.listComma)) }) : t(texts.againNone)}
        </Notice>
      )}
    </>
  );
}

export function OrderPage({ shop, token }: { shop: Shop; token: string }) {
  const view = useOrder(shop, token);
  const [asking, setAsking] = useState(false);
  const [refused, setRefused] = useState<Problem>();
  const { order } = view;
  const branch = shop.menu.value?.menu.branch;
  const timeZone = shop.timeZone.value;
  const isPending = order?.state === "pending_payment";
  const [wasPending, setWasPending] = useState(false);
  useEffect(() => {
    document.title = order ? `${order.pickup_number || t(texts.settlement.due)}｜${t(texts.title)}` : t(texts.title);
    if (isPending) setWasPending(true);
    else if (order) forgetAttempt(token);
  }, [order]);

  if (!order && view.problem) {
    if (view.problem.reason !== "NOT_FOUND") return <ProblemPage title={t(common.appBroken)} problem={view.problem} onRetry={view.refresh} />;
    return (
      <main class="page-narrow" id="content" tabIndex={-1}>
        <Empty page title={t(texts.notFound)} hint={t(texts.notFoundHint)}>
          <a class="primary" href={paths.menu(shop.brand, shop.branch)}>
            {t(common.cartBackToMenu)}
          </a>
        </Empty>
      </main>
    );
  }
  if (!order) return <Skeleton rows={5} />;
  return (
    <>
      <header class="bar">
        <a class="round quiet" href={paths.menu(shop.brand, shop.branch)} aria-label={t(common.cartBackToMenu)}>
          <Icon name="back" />
        </a>
        <div>
          <h1>{branch?.name ?? t(texts.title)}</h1>
          {branch && <p class="soft">{shop.menu.value?.menu.brand.name}</p>}
        </div>
        <LanguageButton />
      </header>
      <main class="page-narrow order-page" id="content" tabIndex={-1}>
        {view.staleSince && <Notice tone="warn">{t(texts.stale, { time: formatDayTime(view.staleSince, timeZone, now.value, locale.value) })}</Notice>}
        <p class="unseen" role="status">{wasPending && !isPending && `${stateLine(order)} ${order.pickup_number}`}</p>
        {isPending ? (
          <Lazy of={paying} waiting={<Skeleton rows={3} />}>
            {({ PayPanel }) => <PayPanel shop={shop} token={token} order={order} refresh={view.refresh} />}
          </Lazy>
        ) : (
          <Ticket order={order} timeZone={timeZone} />
        )}
        <CancelledWhy order={order} />
        <MoneyBack order={order} />
        <Moved order={order} timeZone={timeZone} />
        {isUnderWay(order.state) && <Steps order={order} timeZone={timeZone} />}
        {refused && <Notice tone="bad">{sentence({ field: "", reason: refused.reason, params: refused.params }, timeZone)}</Notice>}
        <OrderItems order={order} timeZone={shop.timeZone.value} />
        <OrderFacts order={order} branch={branch} timeZone={timeZone} />
        <div class="order-actions">
          {!isPending && <OrderAgain shop={shop} order={order} />}
          {view.mayCancel && (
            <button type="button" class="text-button danger" onClick={() => setAsking(true)}>
              {t(texts.cancel)}
            </button>
          )}
        </div>
      </main>
      {asking && (
        <CancelSheet
          order={order} onKeep={() => setAsking(false)}
          onCancel={() => {
            setAsking(false);
            void view.cancel().then(setRefused);
          }}
        />
      )}
    </>
  );
}
