import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { FieldProblem, Problem } from "@yizhimai/api";
import { formatDayTime } from "@yizhimai/kit";
import { Alert, App, Input, Modal } from "antd";
import { useState } from "react";

import { call, problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Order, OrderSlot } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { SlotPicker } from "../../patterns/slot-picker";
import { QueryView } from "../../patterns/states";
import { may } from "../../session/may";
import { limitsQuery } from "../limits/queries";
import { ruleText } from "../limits/rule-text";
import styles from "./board.module.css";
import { dueAt } from "./due";
import { orderSlotsQuery } from "./queries";
import { texts } from "./texts";

const quick = [texts.moveWhyBusy, texts.moveWhyEquipment, texts.moveWhySupply, texts.moveWhyCustomer] as const;

/** Gives an order another time: a slot that takes it, and the reason its customer reads. */
export function RescheduleDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const t = useT();
  const sentence = useReason();
  const client = useQueryClient();
  const { message } = App.useApp();
  const { timeZone, branch } = useScope();
  const slots = useQuery(orderSlotsQuery(order.order_id));
  const why = useObstacles(order);
  const [wantedAt, setWantedAt] = useState<string>();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Problem>();
  const at = (instant: string) => formatDayTime(instant, timeZone, new Date(), t.locale);
  const inWords = ({ reason, params = {} }: Pick<FieldProblem, "reason" | "params">) =>
    sentence({ reason, params: params.next_slot ? { ...params, next_slot: at(params.next_slot) } : params });
  const refusal = ({ reason, params, fields }: Problem) => (fields.length > 0 ? fields.map(inWords).join(" ") : inWords({ reason, params }));
  const slot = slots.data?.slots.find((one) => one.starts_at === wantedAt);
  // What an order takes of a day's limit where it is counts against it in the rest of that day, until it has left.
  const mayTry = (one: OrderSlot) => one.business_day === order.business_day && one.full_rule_ids.length > 0;
  const free = slot && (slot.state === "open" || slot.state === "filling" || (slot.state === "full" && mayTry(slot)));
  const lost = wantedAt !== undefined && slots.data !== undefined && !free;

  async function move() {
    if (!wantedAt) return;
    setBusy(true);
    setRefused(undefined);
    try {
      await call("POST", "/api/admin/orders/{order_id}/reschedule", {
        path: { order_id: order.order_id }, body: { version: order.version, wanted_at: wantedAt, reason: reason.trim() },
      });
      void message.success(t(texts.movedTo, { number: order.pickup_number, time: at(wantedAt) }));
      onClose();
    } catch (thrown) {
      setRefused(problemFrom(thrown));
      void slots.refetch();
    } finally {
      setBusy(false);
      void client.invalidateQueries({ queryKey: keys.order(order.order_id) });
      void client.invalidateQueries({ queryKey: keys.orders(order.branch_id) });
    }
  }

  return (
    <Modal
      open
      width={560}
      onCancel={onClose}
      title={t(texts.moveTitle, { number: order.pickup_number, name: order.contact_name })}
      okText={wantedAt && !lost ? t(texts.moveDeed, { time: at(wantedAt) }) : t(texts.moveChoose)}
      okButtonProps={{ disabled: !wantedAt || lost || reason.trim() === "", loading: busy, size: "large" }}
      cancelButtonProps={{ size: "large" }}
      cancelText={t(common.actionKeep)}
      onOk={() => void move()}
    >
      <div className={styles.cash}>
        <p style={{ margin: 0 }}>{t(texts.moveNow, { time: at(dueAt(order)) })}</p>
        {refused ? <Alert type="error" showIcon role="alert" title={refusal(refused)} /> : null}
        {lost && !refused ? <Alert type="warning" showIcon role="alert" title={t(texts.moveLost, { time: at(wantedAt) })} /> : null}
        <QueryView query={slots}>
          {(data) => (
            <SlotPicker
              label={t(texts.moveChoose)}
              slots={data.slots.filter((one) => one.starts_at !== order.wanted_at)}
              timeZone={timeZone}
              cutoffMinutes={branch?.cutoff_minutes ?? 240}
              value={wantedAt}
              onChange={setWantedAt}
              why={why}
              mayTry={mayTry}
              day={order.business_day}
            />
          )}
        </QueryView>
        <div className={styles.reasons} style={{ margin: 0 }} role="group" aria-label={t(texts.moveReason)}>
          {quick.map((why) => (
            <button key={t(why)} type="button" className={styles.why} aria-pressed={reason === t(why)} onClick={() => setReason(t(why))}>
              {t(why)}
            </button>
          ))}
        </div>
        <Input.TextArea
          aria-label={t(texts.moveReason)}
          placeholder={t(texts.moveReasonHint)}
          maxLength={200}
          autoSize={{ minRows: 2 }}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
      </div>
    </Modal>
  );
}

/** Names what keeps an order out of a slot, as far as the account may see the limits. */
function useObstacles(order: Order): (slot: OrderSlot) => string {
  const t = useT();
  const known = may(useMe(), "ops.capacity");
  const limits = useQuery({ ...limitsQuery(order.branch_id), enabled: known });
  return (slot) => {
    const { data } = limits;
    const words = { t, slotMinutes: data?.slot_minutes ?? 15, currency: order.currency };
    const named = slot.full_rule_ids.map((rule_id) => (data ? ruleText({ rule_id, limit: 0 }, data.rules, words) : t(texts.slotByLimit)));
    return [...new Set(named)].join(t(common.listComma)) || t(texts.slotByHours);
  };
}
