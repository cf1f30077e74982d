import { useQuery } from "@tanstack/react-query";
import { formatDayTime } from "@yizhimai/kit";
import { Alert, App, Button, Flex, Form, Input, Modal, Segmented } from "antd";
import { useRef, useState } from "react";

import { ProblemError } from "../../data/gateway";
import type { Affected, AffectedOrder, Cancellation, Decisions, MovedOrder, OfferedDay, PreviewInput } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { SlotPicker } from "../../patterns/slot-picker";
import { may } from "../../session/may";
import { isMovable } from "../orders/order-can";
import { orderSlotsQuery } from "../orders/queries";
import { decisionsOf, type Choice } from "./draft";
import styles from "./hours.module.css";
import { preview } from "./queries";

interface Asked {
  affected: Affected;
  /** What would be offered after the change. */
  days: OfferedDay[];
  answer: (decisions: Decisions | undefined) => void;
}

const none: Decisions = { orders: [], keep_others: false };

/**
 * Asks what becomes of the booked orders that a change leaves outside, before it is saved. Without any it answers at once;
 * who closes the dialog has decided nothing, and the change is refused as the gateway would.
 */
export function useDecisions(branchId: string) {
  const [asked, setAsked] = useState<Asked>();
  const { modal, message } = App.useApp();
  const t = useT();
  const sentence = useReason();
  const live = useRef<Asked>(undefined);

  async function decide(change: PreviewInput): Promise<Decisions> {
    const { affected, days } = await preview(branchId, change);
    if (affected.total === 0) return none;
    const decisions = await new Promise<Decisions | undefined>((answer) => {
      live.current = { affected, days, answer };
      setAsked(live.current);
    });
    setAsked(undefined);
    if (decisions) return decisions;
    throw new ProblemError({ status: 409, reason: "ORDERS_AFFECTED", params: { count: String(affected.total) }, fields: [], members: {} });
  }

  /** Says which orders got their new time, and which could be neither moved nor cancelled. */
  function report({ cancellations, moves }: { cancellations: readonly Cancellation[]; moves: readonly MovedOrder[] }) {
    const moved = moves.filter((one) => !one.refused).length;
    if (moved > 0) void message.success(t("decide.moved", { count: moved }));
    const failed = [
      ...cancellations.filter((one) => one.refused).map(({ order, refused }) => ({ ...order, refused, deed: t("decide.cancel") })),
      ...moves.filter((one) => one.refused).map((one) => ({ ...one, order_number: null, deed: t("decide.move") })),
    ];
    if (failed.length === 0) return;
    modal.warning({
      title: t("decide.failed", { count: failed.length }),
      content: (
        <ul>
          {failed.map(({ order_id, pickup_number, order_number, contact_name, refused, deed }) => (
            <li key={order_id}>
              {[pickup_number ?? order_number ?? t("decide.unnamed"), contact_name].filter(Boolean).join(" ")}（{deed}）：{sentence({ reason: refused ?? "" })}
            </li>
          ))}
        </ul>
      ),
    });
  }

  const dialog = asked ? <DecisionDialog branchId={branchId} affected={asked.affected} days={asked.days} onDone={asked.answer} /> : null;
  return { decide, report, dialog };
}

interface DecisionDialogProps extends Pick<Asked, "affected" | "days"> {
  branchId: string;
  onDone: (decisions: Decisions | undefined) => void;
}

function DecisionDialog({ branchId, affected, days, onDone }: DecisionDialogProps) {
  const t = useT();
  const { timeZone, branches } = useScope();
  const mayAct = may(useMe(), "ops.orders", "manage");
  const [chosen, setChosen] = useState<ReadonlyMap<string, Choice>>(new Map());
  const [slots, setSlots] = useState<ReadonlyMap<string, string>>(new Map());
  const [reason, setReason] = useState(t("decide.moveReasonUsual"));
  const { orders, total } = affected;
  const decisions = decisionsOf(orders, chosen, total, { slots, reason });
  const moved = [...chosen.values()].filter((choice) => choice === "move").length;
  const cancelled = [...chosen.values()].filter((choice) => choice === "cancel").length;
  const all = (choice: Choice) => setChosen(new Map(orders.map((order) => [order.order_id, choice])));
  function saveText(): string {
    if (cancelled > 0 && moved > 0) return t("decide.saveBoth", { count: cancelled, moved });
    if (cancelled > 0) return t("decide.saveCancelling", { count: cancelled });
    return moved > 0 ? t("decide.saveMoving", { count: moved }) : t("decide.save");
  }
  // Another branch's order has another branch's slots, which this change does not tell.
  const canMove = ({ branch_id, state }: AffectedOrder) => mayAct && branch_id === branchId && (!state || isMovable(state));
  const several = new Set(orders.map((order) => order.branch_id)).size > 1;
  return (
    <Modal
      open
      width={640}
      title={t("decide.title", { count: total })}
      onCancel={() => onDone(undefined)}
      okText={saveText()}
      okButtonProps={{ disabled: !decisions, danger: cancelled > 0 }}
      cancelText={t("decide.back")}
      onOk={() => onDone(decisions)}
    >
      <Flex vertical gap={12}>
        <p>{t("decide.hint")}</p>
        {mayAct ? null : <Alert type="info" showIcon title={t("decide.mayNotCancel")} />}
        <Flex gap={8} wrap>
          <Button onClick={() => all("keep")}>{t("decide.keepAll")}</Button>
          {mayAct ? <Button danger onClick={() => all("cancel")}>{t("decide.cancelAll")}</Button> : null}
        </Flex>
        <ul className={styles.affected}>
          {orders.map((order) => (
            <li key={order.order_id}>
              <span>
                <strong className="tabular">{order.pickup_number ?? order.order_number ?? t("decide.unnamed")}</strong>
                <span className={styles.hint}>
                  {[formatDayTime(order.promised_at, timeZone, new Date(), t.locale), order.contact_name, several ? branches.find((one) => one.branch_id === order.branch_id)?.name : null]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </span>
              <Segmented<Choice | "">
                size="large"
                aria-label={t("decide.one", { number: order.pickup_number ?? "" })}
                value={chosen.get(order.order_id) ?? ""}
                onChange={(choice) => choice && setChosen(new Map(chosen).set(order.order_id, choice))}
                options={[
                  { value: "keep", label: t("decide.keep") },
                  { value: "move", label: t("decide.move"), disabled: !canMove(order), ...(canMove(order) ? {} : { title: t("decide.mayNotMove") }) },
                  { value: "cancel", label: t("decide.cancel"), disabled: !mayAct },
                ]}
              />
              {chosen.get(order.order_id) === "move" ? (
                <NewTime order={order} days={days} value={slots.get(order.order_id)} onChange={(slot) => setSlots(new Map(slots).set(order.order_id, slot))} />
              ) : null}
            </li>
          ))}
        </ul>
        {moved > 0 ? (
          <Form.Item label={t("decide.moveReason")} htmlFor="move-reason" layout="vertical" style={{ margin: 0 }} {...(reason.trim() ? {} : { validateStatus: "error" as const, help: t("decide.moveReasonNeeded") })}>
            <Input id="move-reason" size="large" maxLength={200} value={reason} onChange={({ target }) => setReason(target.value)} />
          </Form.Item>
        ) : null}
        {total > orders.length ? <Alert type="info" showIcon title={t("decide.more", { count: total - orders.length })} /> : null}
      </Flex>
    </Modal>
  );
}

/** Slots that the branch would offer after the change; those that would not take this order are full. Once chosen, a line. */
function NewTime({ order, days, value, onChange }: { order: AffectedOrder; days: readonly OfferedDay[]; value: string | undefined; onChange: (slot: string) => void }) {
  const t = useT();
  const { timeZone, branch } = useScope();
  const [choosing, setChoosing] = useState(!value);
  const now = useQuery(orderSlotsQuery(order.order_id));
  const full = new Set(now.data?.slots.filter((slot) => slot.state === "full").map((slot) => slot.starts_at));
  const offered = days.flatMap(({ business_day, slots, beyond }) =>
    (beyond ? [] : slots).map((starts_at) => ({ starts_at, business_day, state: full.has(starts_at) ? ("full" as const) : ("open" as const) })),
  );
  if (value && !choosing) {
    return (
      <Flex gap={8} align="center" justify="flex-end" style={{ width: "100%" }}>
        <span className="tabular">{t("decide.movesTo", { time: formatDayTime(value, timeZone, new Date(), t.locale) })}</span>
        <Button onClick={() => setChoosing(true)}>{t("decide.otherTime")}</Button>
      </Flex>
    );
  }
  return (
    <SlotPicker
      label={t("decide.newTime", { number: order.pickup_number ?? "" })}
      slots={offered}
      timeZone={timeZone}
      cutoffMinutes={branch?.cutoff_minutes ?? 240}
      value={value}
      onChange={(slot) => {
        onChange(slot);
        setChoosing(false);
      }}
    />
  );
}
