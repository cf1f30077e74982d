import { useQuery } from "@tanstack/react-query";
import { formatDayTime } from "@yizhimai/kit";
import { Alert, Button, Modal, Progress } from "antd";

import { problemFrom } from "../../data/gateway";
import type { OrderOutcome, StartedDecisions } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import styles from "./hours.module.css";
import { byBranch, standingOf } from "./outcome";
import { decisionBatchQuery } from "./queries";
import { texts } from "./texts";

interface OutcomeDialogProps {
  /** The branch that is shown; orders of others say whose they are. */
  branchId: string;
  started: StartedDecisions;
  onClose: () => void;
}

/** How far saved decisions about orders are, followed until each has ended. Closing it stops nothing. */
export function OutcomeDialog({ branchId, started, onClose }: OutcomeDialogProps) {
  const t = useT();
  const sentence = useReason();
  const { branches } = useScope();
  const query = useQuery(decisionBatchQuery(started.batch_id));
  const { waiting, done, failed } = standingOf(query.data, started.orders);
  const all = waiting + done + failed;
  const outcomes = byBranch(query.data?.orders ?? []);
  const named = outcomes.some((one) => one.branch_id !== branchId);
  // A batch is known moments after it was saved: until then there is nothing to complain of.
  const problem = query.error ? problemFrom(query.error) : undefined;

  function title(): string {
    if (waiting > 0) return t(texts.outcomeWaiting, { done: done + failed, count: all });
    return failed > 0 ? t(texts.outcomeFailed, { count: failed }) : t(texts.outcomeDone, { count: done });
  }

  return (
    <Modal
      open
      width={560}
      title={<span aria-live="polite">{title()}</span>}
      onCancel={onClose}
      footer={<Button type="primary" size="large" onClick={onClose}>{t(texts.decideSeen)}</Button>}
    >
      {waiting > 0 ? (
        <>
          <Progress percent={all > 0 ? Math.round(((done + failed) / all) * 100) : 0} showInfo={false} aria-label={title()} />
          <p className={styles.hint}>{t(texts.outcomeWaitingHint)}</p>
        </>
      ) : null}
      {failed > 0 ? <p className={styles.hint}>{t(texts.outcomeFailedHint)}</p> : null}
      {problem && problem.reason !== "NOT_FOUND" ? <Alert role="alert" type="error" showIcon title={sentence(problem)} /> : null}
      <div className={styles.outcome}>
        {outcomes.map(({ branch_id, orders }) => (
          <Branch key={branch_id} branchId={branch_id} named={named} orders={orders} branches={branches} />
        ))}
      </div>
    </Modal>
  );
}

interface BranchProps {
  branchId: string;
  named: boolean;
  orders: readonly OrderOutcome[];
  branches: readonly { branch_id: string; name: string; time_zone: string }[];
}

function Branch({ branchId, named, orders, branches }: BranchProps) {
  const t = useT();
  const sentence = useReason();
  const branch = branches.find((one) => one.branch_id === branchId);

  function outcomeText({ state, decision, wanted_at, reason }: OrderOutcome): string {
    const time = wanted_at ? formatDayTime(wanted_at, branch?.time_zone ?? "Asia/Taipei", new Date(), t.locale) : "";
    const deed = t(decision === "cancel" ? texts.choice.cancel : texts.choice.reschedule);
    if (state === "waiting") return t(texts.outcomeOrderWaiting, { deed });
    if (reason === "VERSION_CONFLICT") return t(texts.outcomeChangedByOthers);
    if (state === "failed") return t(texts.decideRefused, { deed, reason: sentence({ reason: reason ?? "" }) });
    return decision === "cancel" ? t(texts.outcomeOrderCancelled) : t(texts.outcomeOrderMoved, { time });
  }

  return (
    <section>
      {named ? <h4>{branch?.name ?? t(texts.decideUnknownBranch)}</h4> : null}
      <ul>
        {orders.map((order) => (
          <li key={order.order_id} data-state={order.state}>
            <strong className="tabular">{[order.pickup_number ?? order.order_number ?? t(texts.decideUnnamed), order.contact_name].filter(Boolean).join(" ")}</strong>
            <span>{outcomeText(order)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
