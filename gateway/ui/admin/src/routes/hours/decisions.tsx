import { formatDayTime } from "@yizhimai/kit";
import { Alert, App, Button, Flex, Modal, Segmented } from "antd";
import { useRef, useState } from "react";

import { ProblemError } from "../../data/gateway";
import type { Affected, Cancellation, Decisions, PreviewInput } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { may } from "../../session/may";
import { decisionsOf, type Choice } from "./draft";
import styles from "./hours.module.css";
import { preview } from "./queries";

interface Asked {
  affected: Affected;
  answer: (decisions: Decisions | undefined) => void;
}

const none: Decisions = { orders: [], keep_others: false };

/**
 * Asks what becomes of the booked orders that a change leaves outside, before it is saved. Without any it answers at once;
 * who closes the dialog has decided nothing, and the change is refused as the gateway would.
 */
export function useDecisions(branchId: string) {
  const [asked, setAsked] = useState<Asked>();
  const { modal } = App.useApp();
  const t = useT();
  const sentence = useReason();
  const live = useRef<Asked>(undefined);

  async function decide(change: PreviewInput): Promise<Decisions> {
    const { affected } = await preview(branchId, change);
    if (affected.total === 0) return none;
    const decisions = await new Promise<Decisions | undefined>((answer) => {
      live.current = { affected, answer };
      setAsked(live.current);
    });
    setAsked(undefined);
    if (decisions) return decisions;
    throw new ProblemError({ status: 409, reason: "ORDERS_AFFECTED", params: { count: String(affected.total) }, fields: [], members: {} });
  }

  /** Says which orders could not be cancelled; silence is what one hopes for. */
  function report(cancellations: readonly Cancellation[]) {
    const failed = cancellations.filter((one) => one.refused);
    if (failed.length === 0) return;
    modal.warning({
      title: t("decide.failed", { count: failed.length }),
      content: (
        <ul>
          {failed.map(({ order, refused }) => (
            <li key={order.order_id}>
              {order.pickup_number ?? order.order_number ?? t("decide.unnamed")}：{sentence({ reason: refused ?? "" })}
            </li>
          ))}
        </ul>
      ),
    });
  }

  const dialog = asked ? <DecisionDialog affected={asked.affected} onDone={asked.answer} /> : null;
  return { decide, report, dialog };
}

function DecisionDialog({ affected, onDone }: { affected: Affected; onDone: (decisions: Decisions | undefined) => void }) {
  const t = useT();
  const { timeZone, branches } = useScope();
  const mayCancel = may(useMe(), "ops.orders", "manage");
  const [chosen, setChosen] = useState<ReadonlyMap<string, Choice>>(new Map());
  const { orders, total } = affected;
  const decisions = decisionsOf(orders, chosen, total);
  const cancelled = [...chosen.values()].filter((choice) => choice === "cancel").length;
  const all = (choice: Choice) => setChosen(new Map(orders.map((order) => [order.order_id, choice])));
  const several = new Set(orders.map((order) => order.branch_id)).size > 1;
  return (
    <Modal
      open
      width={640}
      title={t("decide.title", { count: total })}
      onCancel={() => onDone(undefined)}
      okText={cancelled > 0 ? t("decide.saveCancelling", { count: cancelled }) : t("decide.save")}
      okButtonProps={{ disabled: !decisions, danger: cancelled > 0 }}
      cancelText={t("decide.back")}
      onOk={() => onDone(decisions)}
    >
      <Flex vertical gap={12}>
        <p>{t("decide.hint")}</p>
        {mayCancel ? null : <Alert type="info" showIcon title={t("decide.mayNotCancel")} />}
        <Flex gap={8} wrap>
          <Button onClick={() => all("keep")}>{t("decide.keepAll")}</Button>
          {mayCancel ? <Button danger onClick={() => all("cancel")}>{t("decide.cancelAll")}</Button> : null}
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
                  { value: "cancel", label: t("decide.cancel"), disabled: !mayCancel },
                ]}
              />
            </li>
          ))}
        </ul>
        {total > orders.length ? <Alert type="info" showIcon title={t("decide.more", { count: total - orders.length })} /> : null}
      </Flex>
    </Modal>
  );
}
