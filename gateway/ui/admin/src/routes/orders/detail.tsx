import { useQuery } from "@tanstack/react-query";
import { formatDateTime, formatDayTime, formatMoney } from "@yizhimai/kit";
import { Alert, Button, Flex, Tag, Timeline } from "antd";

import type { Order, OrderEvent, TestOrderStep } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer, Facts } from "../../patterns/detail-drawer";
import { QueryView } from "../../patterns/states";
import { LedgerOfOrder } from "../ledger/ledger-of-order";
import { BenefitsPart } from "./benefits-part";
import styles from "./board.module.css";
import { OrderContact } from "./contact";
import { dueAt } from "./due";
import { canReschedule, isDue, orderCan, type OrderAction } from "./order-can";
import { PaymentPart } from "./payment-part";
import { PrintsPart } from "./prints-part";
import { orderQuery } from "./queries";
import { TestChecklist } from "./test-checklist";
import { texts } from "./texts";
import { lineName, mentionsAllergy, optionWords } from "./words";

interface OrderDrawerProps {
  orderId: string | undefined;
  onClose: () => void;
  onAct: (order: Order, action: OrderAction) => void;
  onReschedule: (order: Order) => void;
}

const actions: readonly OrderAction[] = ["cancel", "noShow", "reopen", "accept", "prepare", "ready", "complete"];

/** An order with all that is known of it. */
export function OrderDrawer({ orderId, onClose, onAct, onReschedule }: OrderDrawerProps) {
  const t = useT();
  const me = useMe();
  const query = useQuery({ ...orderQuery(orderId ?? ""), enabled: orderId !== undefined });
  const order = query.data?.order;
  const reschedule = order && canReschedule(order, me);
  return (
    <DetailDrawer
      open={orderId !== undefined}
      title={order ? t(texts.detailTitle, { number: order.pickup_number, order: order.order_number }) : t(common.stateLoading)}
      onClose={onClose}
      footer={
        order ? (
          <Flex gap={8} wrap justify="end">
            {reschedule ? (
              <Button size="large" disabled={!reschedule.ok} title={reschedule.ok ? undefined : t(reschedule.why)} onClick={() => onReschedule(order)}>
                {t(texts.move)}
              </Button>
            ) : null}
            {actions.map((action) => {
              const verdict = orderCan[action](order, me);
              if (!verdict.ok && !verdict.why) return null;
              return (
                <Button
                  key={action}
                  size="large"
                  danger={action === "cancel"}
                  type={["accept", "ready"].includes(action) || (action === "complete" && order.state === "ready") ? "primary" : "default"}
                  disabled={!verdict.ok}
                  title={verdict.ok ? undefined : verdict.why && t(verdict.why)}
                  onClick={() => onAct(order, action)}
                >
                  {t(texts.act[action])}
                </Button>
              );
            })}
          </Flex>
        ) : null
      }
    >
      <QueryView query={query}>{(data) => <Detail order={data.order} events={data.events} testSteps={data.test_steps} />}</QueryView>
    </DetailDrawer>
  );
}

function Detail({ order, events, testSteps }: { order: Order; events: OrderEvent[]; testSteps: TestOrderStep[] }) {
  const t = useT();
  const { timeZone } = useScope();
  const at = (instant: string | null | undefined) => formatDateTime(instant, timeZone);
  const near = (instant: string | null | undefined) => formatDayTime(instant, timeZone, new Date(), t.locale);
  const money = (amount: number) => formatMoney(amount, order.currency);
  return (
    <>
      {mentionsAllergy(order) ? <Alert type="error" showIcon title={t(texts.allergyLong)} /> : null}
      <Facts
        facts={[
          [t(texts.stateTitle), <Tag key="state">{t(common.orderState[order.state])}</Tag>],
          [t(texts.methodTitle), t(common.method[order.method])],
          [t(texts.dueTitle), order.wanted_at ? at(dueAt(order)) : `${t(texts.asap)}（${at(dueAt(order))}）`],
          [t(texts.contact), <OrderContact key={`contact ${order.order_id}`} order={order} />],
          [t(texts.placedAt), at(order.placed_at ?? order.created_at)],
          [t(texts.payment), isDue(order) ? t(texts.unpaid, { amount: money(order.total - order.paid) }) : t(texts.paid, { amount: money(order.paid) })],
          [t(texts.utensilsTitle), order.utensils ? t(texts.wanted) : t(texts.notWanted)],
        ]}
      />
      {order.rescheduled_from ? (
        <Alert type="info" showIcon title={t(texts.movedFrom, { from: near(order.rescheduled_from), to: near(order.promised_at) })} description={order.reschedule_reason} />
      ) : null}
      {order.cancel_reason ? <Alert type="warning" title={t(texts.cancelReason[order.cancel_reason])} description={order.cancel_text} /> : null}
      {order.remark ? <p className={styles.note} style={{ margin: 0 }}>{order.remark}</p> : null}
      <section aria-label={t(texts.lines)}>
        <ul className={styles.lines} style={{ padding: 0 }}>
          {order.lines.map((line, index) => (
            <li key={`${line.variant_id}-${String(index)}`}>
              <span className={line.quantity > 1 ? styles.many : styles.one}>{line.quantity}</span>
              <div>
                <span className={styles.what}>{lineName(line)}</span>
                {line.options.length > 0 ? <span className={styles.options}>{optionWords(line.options)}</span> : null}
                {line.adjustments.map((adjustment, at) => (
                  <span key={`${adjustment.rule_id}-${String(at)}`} className={styles.options}>
                    {adjustment.name} {money(adjustment.amount)}
                  </span>
                ))}
                {line.note ? <span className={styles.note}>{line.note}</span> : null}
              </div>
              <span className="tabular">{money(line.net)}</span>
            </li>
          ))}
          {order.fees.map((fee) => (
            <li key={fee.name}>
              <div>{fee.name}</div>
              <span className="tabular">{money(fee.amount)}</span>
            </li>
          ))}
        </ul>
        <Flex justify="space-between" style={{ marginTop: 8, paddingTop: 8, borderTop: "1px solid var(--line)", fontSize: 18, fontWeight: 700 }}>
          <span>{t(texts.total)}</span>
          <span className="tabular">{money(order.total)}</span>
        </Flex>
      </section>
      <BenefitsPart order={order} />
      <PaymentPart order={order} />
      <PrintsPart order={order} />
      {order.test ? <TestChecklist steps={testSteps} /> : null}
      <LedgerOfOrder orderId={order.order_id} />
      <section aria-label={t(texts.timeline)}>
        <h3 style={{ marginBottom: 16 }}>{t(texts.timeline)}</h3>
        <Timeline
          items={events.map((event) => ({
            key: event.version,
            content: (
              <>
                <strong>
                  {event.promised_after
                    ? t(texts.movedFrom, { from: near(event.promised_before), to: near(event.promised_after) })
                    : t(common.orderState[event.to])}
                </strong>
                <div style={{ color: "var(--ink-2)" }}>
                  {at(event.at)} · {event.actor || (event.actor_kind === "customer" ? t(common.actorCustomer) : t(common.actorSystem))}
                  {event.reason ? ` · ${event.reason}` : ""}
                </div>
              </>
            ),
          }))}
        />
      </section>
    </>
  );
}
