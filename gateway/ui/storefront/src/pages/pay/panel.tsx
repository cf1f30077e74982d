import { useEffect, useRef, useState } from "preact/hooks";
import type { Order } from "@yizhimai/api";
import { formatMoney } from "@yizhimai/kit";
import { clockText, announcedMinutes, nextMethod, secondsLeft, stageOf, type Stage } from "../../domain/payment";
import { sentence } from "../../lib/sentence";
import { serverNow } from "../../lib/server-clock";
import { Notice } from "../../parts/notice";
import { PayMethodRows } from "../../parts/pay-method-rows";
import { methodUsedLast, takePayAtOnce } from "../../shop/pay-order";
import type { Shop } from "../../shop/shop";
import { usePayMethods } from "../../shop/use-pay-methods";
import { t } from "../../text";
import { common } from "../../text/common";
import { AskAgain } from "./ask-again";
import { CardForm } from "./card-form";
import { texts } from "./texts";
import { usePaying, type Paying } from "./use-paying";

/** Interval of refreshing while an outcome is awaited, and while an attempt is open at a provider. */
const EAGER_MS = 2_500;
const CALM_MS = 8_000;
const refreshEvery: Partial<Record<Stage, number>> = { confirming: EAGER_MS, overdue: EAGER_MS, at_provider: CALM_MS };

function useSeconds(): number {
  const [now, setNow] = useState(serverNow());
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** The amount with its deadline, or the outcome that is awaited. */
function Head({ order, stage, left }: { order: Order; stage: Stage; left: number | undefined }) {
  const { pay_now } = order;
  const isWaiting = stage === "confirming" || stage === "overdue";
  const label = stage === "confirming" ? texts.confirming : stage === "overdue" ? texts.overdue : texts.due;
  const minutes = left === undefined || isWaiting ? undefined : announcedMinutes(left);
  return (
    <section class={`ticket is-due ${isWaiting ? "is-waiting" : ""}`}>
      <p class="ticket-state" role="status">{t(label)}</p>
      <p class="ticket-amount figure">{formatMoney(pay_now, order.currency)}</p>
      {pay_now < order.total && <p>{t(texts.deposit, { rest: formatMoney(order.total - pay_now, order.currency) })}</p>}
      {isWaiting && <div class="working" aria-hidden="true" />}
      {isWaiting && <p>{t(stage === "confirming" ? texts.confirmingHint : texts.overdueHint)}</p>}
      {!isWaiting && left !== undefined && (
        <p class="ticket-time figure" role="timer">{t(texts.payBy, { time: clockText(left) })}</p>
      )}
      <p class="unseen" role="status">{minutes !== undefined && t(texts.minutesLeft, { count: minutes })}</p>
    </section>
  );
}

interface MethodsProps {
  shop: Shop;
  token: string;
  order: Order;
  stage: Stage;
  paying: Paying;
  /** All methods are shown from the start, not only the one that is next. */
  isOpen: boolean;
}

/** The method that is next, and the others. */
function Methods({ shop, token, order, stage, paying, isOpen }: MethodsProps) {
  const offered = usePayMethods(shop, { method: order.method, test: order.test, total: order.total });
  const [tapped, setTapped] = useState<string>();
  const [choosing, setChoosing] = useState(isOpen);
  const heading = useRef<HTMLHeadingElement>(null);
  const online = offered.methods?.filter((method) => method.online);
  const chosen = nextMethod(online ?? [], tapped ?? methodUsedLast(token), order.payment_name);
  useEffect(() => {
    if (isOpen) setChoosing(true);
  }, [isOpen]);
  return (
    <section class="card" aria-labelledby="pay-method">
      <h2 id="pay-method" ref={heading} tabIndex={-1}>{t(texts.method)}</h2>
      {stage === "at_provider" && !choosing && <p class="soft">{t(texts.atProvider)}</p>}
      {!online && !offered.failed && <div class="bone pay-method-bone" role="status" aria-label={t(common.appLoading)} />}
      {!online && offered.failed && <Notice tone="bad" action={{ label: t(common.appRetry), onClick: offered.ask }}>{t(texts.methodsMissing)}</Notice>}
      {online?.length === 0 && <Notice tone="bad">{t(texts.methodsNone)}</Notice>}
      {chosen && online && (
        <>
          <PayMethodRows
            methods={choosing ? online : [chosen]} chosen={chosen} total={order.total} currency={order.currency}
            onChoose={({ method_id }) => setTapped(method_id)}
          />
          <button type="button" class="primary" aria-disabled={paying.busy} onClick={() => paying.pay(chosen.method_id)}>
            <span>{t(paying.busy ? texts.paying : texts.go)}</span>
            <span class="figure">{formatMoney(chosen.pay_now, order.currency)}</span>
          </button>
          {!choosing && online.length > 1 && (
            <button
              type="button" class="text-button"
              onClick={() => {
                setChoosing(true);
                heading.current?.focus();
              }}
            >
              {t(texts.other)}
            </button>
          )}
        </>
      )}
    </section>
  );
}

/** Why the latest attempt did not begin or did not go through. */
function Refused({ paying, stage, timeZone }: { paying: Paying; stage: Stage; timeZone: string }) {
  const { problem } = paying;
  if (problem) return <Notice tone="bad">{sentence({ field: "", reason: problem.reason, params: problem.params }, timeZone)}</Notice>;
  if (stage !== "declined" || paying.card || paying.busy) return null;
  return <Notice tone="bad">{sentence({ field: "", reason: "PAYMENT_DECLINED" }, timeZone)}</Notice>;
}

interface PayPanelProps {
  shop: Shop;
  token: string;
  order: Order;
  refresh: () => void;
}

/** The payment of an order that waits for it. Only the server decides that it is paid. */
export function PayPanel({ shop, token, order, refresh }: PayPanelProps) {
  const now = useSeconds();
  const payment = order;
  const stage = stageOf(payment, now);
  const paying = usePaying(shop, token, refresh);
  const [asking, setAsking] = useState(false);
  const [again, setAgain] = useState(false);
  const [choosing, setChoosing] = useState(false);

  useEffect(() => {
    const method_id = takePayAtOnce(token);
    if (method_id && stage === "open") paying.pay(method_id);
  }, []);
  useEffect(() => {
    setAgain(false);
    const ms = refreshEvery[stage];
    if (ms === undefined) return undefined;
    if (stage === "overdue") refresh();
    const timer = setInterval(refresh, ms);
    return () => clearInterval(timer);
  }, [stage, refresh]);

  const { card } = paying;
  const isWaiting = stage === "overdue" || (stage === "confirming" && !again);
  return (
    <>
      <Head order={order} stage={stage} left={secondsLeft(payment.pay_by, now)} />
      {!isWaiting && <Refused paying={paying} stage={stage} timeZone={shop.timeZone.value} />}
      {!isWaiting && card && (
        <CardForm
          key={card.step.settings_json} step={card.step} amount={payment.pay_now} currency={order.currency} busy={paying.busy}
          onToken={(providerToken) => paying.pay(card.method_id, providerToken)}
          onOther={() => {
            setChoosing(true);
            paying.giveUpCard();
          }}
        />
      )}
      {!isWaiting && !card && (
        <Methods
          shop={shop} token={token} order={order} stage={stage} paying={paying}
          isOpen={choosing || again || stage === "declined" || paying.problem !== undefined}
        />
      )}
      {stage === "confirming" && !again && (
        <button type="button" class="text-button" onClick={() => setAsking(true)}>{t(texts.again)}</button>
      )}
      {asking && (
        <AskAgain
          onWait={() => setAsking(false)}
          onPay={() => {
            setAsking(false);
            setAgain(true);
          }}
        />
      )}
    </>
  );
}
