import { useQuery } from "@tanstack/react-query";
import { formatDateTime, formatMoney } from "@yizhimai/kit";
import { Button, Tag } from "antd";
import { useState } from "react";

import type { Order, OrderRefund, PaymentAttempt, PaymentRefund, RefundableLine, RefundStep } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT, type T } from "../../i18n";
import { common } from "../../i18n/common";
import { QueryView } from "../../patterns/states";
import { may, mayDo } from "../../session/may";
import styles from "./payment-part.module.css";
import { texts } from "./payment-texts";
import { orderPaymentQuery, orderRefundsQuery } from "./queries";
import { canRefund } from "./refund";
import { RefundDialog } from "./refund-dialog";
import { SettleDialog } from "./settle-dialog";
import { lineName } from "./words";

const colours = { pending: "blue", succeeded: "green", failed: "red", needs_person: "orange" } as const;

/** What was paid for an order, what went back of it, and what is left. */
export function PaymentPart({ order }: { order: Order }) {
  const t = useT();
  const me = useMe();
  const isOnline = order.payment_method === "online";
  const payment = useQuery({ ...orderPaymentQuery(order.order_id), enabled: isOnline });
  const refunds = useQuery({ ...orderRefundsQuery(order.order_id), enabled: isOnline || order.paid > 0 });
  const [asking, setAsking] = useState(false);
  const [settling, setSettling] = useState<PaymentRefund>();
  const verdict = canRefund(order, me);
  const maySettle = may(me, "ops.orders", "manage") && mayDo(me, "order.refund");
  const money = (amount: number) => formatMoney(amount, order.currency);
  if (!isOnline && order.paid === 0) return null;
  const left = (payment.data?.refundable ?? 0) + (refunds.data?.left_on_site ?? 0);
  const all = payment.data?.payment.refunds ?? [];
  const returned = all.filter((refund) => refund.request_key === "");
  return (
    <section aria-label={t(texts.title)}>
      <div className={styles.head}>
        <h3>{t(texts.title)}</h3>
        {verdict ? (
          <Button danger disabled={!verdict.ok || left === 0} title={verdict.ok ? undefined : t(verdict.why)} onClick={() => setAsking(true)}>
            {t(texts.refund)}
          </Button>
        ) : null}
      </div>
      {isOnline ? (
        <QueryView query={payment} skeleton={<span aria-busy="true" />}>
          {({ payment: { attempts } }) => (
            <ul className={styles.list} aria-label={t(texts.attempts)}>
              {attempts.map((attempt) => (
                <Attempt key={attempt.attempt_id} attempt={attempt} money={money} />
              ))}
            </ul>
          )}
        </QueryView>
      ) : (
        <div className={styles.row}>
          <span>{t(texts.onSite)}</span>
          <span className="tabular">{money(order.paid)}</span>
        </div>
      )}
      <QueryView query={refunds} skeleton={<span aria-busy="true" />}>
        {(data) =>
          data.refunds.length + returned.length > 0 ? (
            <ul className={styles.list} aria-label={t(texts.refunds)}>
              {returned.map((refund) => (
                <Returned key={refund.refund_id} refund={refund} money={money} onSettle={maySettle ? setSettling : undefined} />
              ))}
              {data.refunds.map((refund) => (
                <Refund
                  key={refund.refund_id}
                  refund={refund}
                  lines={data.lines}
                  moved={all.filter((one) => one.request_key === refund.refund_id)}
                  money={money}
                  onSettle={maySettle ? setSettling : undefined}
                />
              ))}
            </ul>
          ) : null
        }
      </QueryView>
      <div className={styles.left}>
        <span>{t(texts.left)}</span>
        <span className="tabular">{money(left)}</span>
      </div>
      {asking && refunds.data ? <RefundDialog order={order} lines={refunds.data.lines} onClose={() => setAsking(false)} /> : null}
      {settling ? <SettleDialog order={order} refund={settling} onClose={() => setSettling(undefined)} /> : null}
    </section>
  );
}

interface Shown {
  money: (amount: number) => string;
}

function Attempt({ attempt, money }: Shown & { attempt: PaymentAttempt }) {
  const t = useT();
  const { timeZone } = useScope();
  const { reference, provider_reference, state, code } = attempt;
  return (
    <li>
      <div className={styles.row}>
        <span>
          {attempt.method_name} <Tag>{t(texts.attemptState[state])}</Tag>
          {attempt.test ? <Tag color="gold">{t(texts.testAccount)}</Tag> : null}
        </span>
        <span className="tabular">{money(attempt.amount)}</span>
      </div>
      <div className={styles.note}>
        {formatDateTime(attempt.paid_at ?? attempt.created_at, timeZone)} · {t(texts.reference, { reference: provider_reference || reference })}
        {code ? ` · ${t(texts.code, { code })}` : ""}
      </div>
    </li>
  );
}

interface Settled {
  /** Absent where the account may not end a refund by hand. */
  onSettle: ((refund: PaymentRefund) => void) | undefined;
}

/** A refund that waits for a person, or how a person ended it. */
function ByPerson({ refund, onSettle }: Settled & { refund: PaymentRefund }) {
  const t = useT();
  if (refund.settled_by) return <div className={styles.note}>{t(texts.settledBy, { name: refund.settled_by, note: refund.note })}</div>;
  if (refund.state !== "needs_person" || !onSettle) return null;
  return <Button onClick={() => onSettle(refund)}>{t(texts.settle)}</Button>;
}

/** What the platform gave back by itself. */
function Returned({ refund, money, onSettle }: Shown & Settled & { refund: PaymentRefund }) {
  const t = useT();
  const { timeZone } = useScope();
  return (
    <li>
      <div className={styles.row}>
        <span>
          {t(texts.cause[refund.cause])} <Tag color={colours[refund.state]}>{t(texts.refundState[refund.state])}</Tag>
        </span>
        <span className="tabular">{money(-refund.amount)}</span>
      </div>
      <div className={styles.note}>
        {formatDateTime(refund.settled_at ?? refund.requested_at, timeZone)}
        <Why state={refund.state} problem={null} text={refund.text} />
      </div>
      <ByPerson refund={refund} onSettle={onSettle} />
    </li>
  );
}

function Refund({ refund, lines, moved, money, onSettle }: Shown & Settled & { refund: OrderRefund; lines: readonly RefundableLine[]; moved: readonly PaymentRefund[] }) {
  const t = useT();
  const { timeZone } = useScope();
  const units = refund.units.flatMap(({ line_id, quantity }) => {
    const line = lines.find((one) => one.line_id === line_id);
    return line ? [`${lineName(line)}×${String(quantity)}`] : [];
  });
  return (
    <li>
      <div className={styles.row}>
        <span>
          {t(texts.kind[refund.kind])} <Tag color={colours[refund.state]}>{t(texts.refundState[refund.state])}</Tag>
        </span>
        <span className="tabular">{money(-refund.amount)}</span>
      </div>
      <div className={styles.note}>
        {[...units, refund.reason].join(t(common.listComma))}
        <br />
        {formatDateTime(refund.requested_at, timeZone)} · {refund.requested_by}
      </div>
      <ul className={styles.steps} aria-label={t(texts.steps)}>
        {refund.steps.map((step) => (
          <Step key={step.kind} step={step} paidOutBy={refund.paid_out_by} money={money} />
        ))}
      </ul>
      {moved.map((one) => (
        <ByPerson key={one.refund_id} refund={one} onSettle={onSettle} />
      ))}
    </li>
  );
}

/** What a refund gave back and took back of benefits, once it is known. */
function returnedText({ returned }: RefundStep, t: T): string {
  const { points_returned = 0, points_taken = 0, coupons_returned = 0, codes_returned = 0 } = returned ?? {};
  const parts = [
    [texts.returned.points, points_returned],
    [texts.returned.taken, points_taken],
    [texts.returned.coupons, coupons_returned],
    [texts.returned.codes, codes_returned],
  ] as const;
  return parts.filter(([, count]) => count > 0).map(([text, count]) => t(text, { count })).join(t(common.listComma));
}

function Step({ step, paidOutBy, money }: Shown & { step: RefundStep; paidOutBy: string }) {
  const t = useT();
  const { timeZone } = useScope();
  return (
    <li className={styles.note}>
      {t(texts.step[step.kind])} {step.kind === "benefits" ? returnedText(step, t) : money(step.amount)} · {t(texts.stepState[step.state])} · {formatDateTime(step.at, timeZone)}
      {step.kind === "cash" ? ` · ${t(texts.paidOutBy, { name: paidOutBy })}` : ""}
      <Why state={step.state} problem={step.problem} text={step.text} />
    </li>
  );
}

/** Why money did not come back, and what staff can do. */
function Why({ state, problem, text }: { state: string; problem: string | null | undefined; text: string }) {
  const t = useT();
  const sentence = useReason();
  if (state !== "failed" && state !== "needs_person") return null;
  return (
    <div>
      {problem ? `${sentence({ reason: problem })} ` : ""}
      {t(state === "failed" ? texts.failedHint : texts.byHand)} {text ? t(texts.providerSays, { text }) : ""}
    </div>
  );
}
