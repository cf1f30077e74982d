import { Alert, Checkbox, Flex, Form, Input, Modal } from "antd";
import { useRef, useState } from "react";
import { flushSync } from "react-dom";

import type { Affected, AffectedOrder, Decisions, PreviewInput } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { may } from "../../session/may";
import { isMovable } from "../orders/order-can";
import { AllChoice } from "./all-choice";
import { BranchDecisions } from "./branch-decisions";
import { commonOf, decisionsOf, tallyOf, withAll, type Choice, type Decided, type Plan } from "./decision";
import styles from "./hours.module.css";
import { texts } from "./texts";

/** More branches than these are shown closed: a line each, to decide a branch at once. */
const MOST_OPEN = 3;

interface DecisionDialogProps {
  /** The branch that is shown; orders of others say whose they are. */
  branchId: string;
  affected: Affected;
  change: PreviewInput;
  /** Orders came in while the others were decided. */
  again: boolean;
  /** What was chosen before: orders that came since are still to decide. */
  plan: Plan;
  onPlan: (plan: Plan) => void;
  onDone: (decisions: Decisions | undefined) => void;
}

/** A decision about each order outside the hours: for all, for a branch, or one by one. */
export function DecisionDialog({ branchId, affected: { branches, total, unlisted }, change, again, plan, onPlan, onDone }: DecisionDialogProps) {
  const t = useT();
  const known = useScope().branches;
  const mayAct = may(useMe(), "ops.orders", "manage");
  const { chosen, reason, keepUnlisted } = plan;
  const [open, setOpen] = useState(() => new Set(branches.filter((one) => branches.length <= MOST_OPEN || (again && tallyOf(one.orders, plan.chosen).open > 0)).map((one) => one.branch_id)));
  const list = useRef<HTMLDivElement>(null);
  const rest = useRef<HTMLDivElement>(null);
  const orders = branches.flatMap((one) => one.orders);
  const decisions = decisionsOf(orders, unlisted, plan);
  const { reschedule, cancel, open: undecided } = tallyOf(orders, chosen);
  const canReschedule = ({ state }: AffectedOrder) => mayAct && (!state || isMovable(state));
  const several = branches.length > 1;
  const named = branches.some((one) => one.branch_id !== branchId);

  /** Orders that the choice passes over need one of their own: their branches open. */
  function decideAll(some: readonly AffectedOrder[], choice: Choice) {
    const next = withAll(chosen, some, choice, canReschedule);
    onPlan({ ...plan, chosen: next });
    setOpen(new Set([...open, ...some.filter((order) => !next.has(order.order_id)).map((order) => order.branch_id)]));
  }
  const decideOne = (order: AffectedOrder, decided: Decided) => onPlan({ ...plan, chosen: new Map(chosen).set(order.order_id, decided) });

  const openUnlisted = unlisted > 0 && !keepUnlisted;

  /** Brings the first order without a decision into sight, or the question about those that are not listed. */
  function showUndecided() {
    const first = orders.find((order) => !chosen.has(order.order_id));
    if (first) flushSync(() => setOpen(new Set([...open, first.branch_id])));
    (list.current?.querySelector("li[data-undecided]") ?? rest.current)?.scrollIntoView({ block: "center" });
  }

  function saveText(): string {
    if (undecided > 0) return t(texts.decideUndecided, { count: undecided });
    if (openUnlisted) return t(texts.decideUndecided, { count: unlisted });
    if (cancel > 0 && reschedule > 0) return t(texts.decideSaveBoth, { count: cancel, moved: reschedule });
    if (cancel > 0) return t(texts.decideSaveCancelling, { count: cancel });
    return reschedule > 0 ? t(texts.decideSaveMoving, { count: reschedule }) : t(texts.decideSave);
  }

  return (
    <Modal
      open
      width={680}
      style={{ top: 16 }}
      title={t(texts.decideTitle, { count: total })}
      onCancel={() => onDone(undefined)}
      okText={saveText()}
      okButtonProps={{ disabled: undecided === 0 && !openUnlisted && !decisions, danger: decisions !== undefined && cancel > 0, size: "large" }}
      cancelText={t(texts.decideBack)}
      cancelButtonProps={{ size: "large" }}
      onOk={() => (undecided > 0 || openUnlisted ? showUndecided() : onDone(decisions))}
      styles={{ body: { maxHeight: "max(16rem, 100dvh - 20rem)", overflowY: "auto" } }}
      footer={(buttons) => (
        <div className={styles.decideFoot}>
          {reschedule > 0 ? (
            <Form.Item label={t(texts.decideMoveReason)} htmlFor="reschedule-reason" layout="vertical" style={{ margin: 0 }} {...(reason.trim() ? {} : { validateStatus: "error" as const, help: t(texts.decideMoveReasonNeeded) })}>
              <Input id="reschedule-reason" size="large" maxLength={200} value={reason} onChange={({ target }) => onPlan({ ...plan, reason: target.value })} />
            </Form.Item>
          ) : null}
          <Flex gap={8} wrap justify="end">
            {buttons}
          </Flex>
        </div>
      )}
    >
      <Flex vertical gap={12}>
        {again ? <Alert role="alert" type="warning" showIcon title={t(texts.decideAgain)} /> : null}
        <p className={styles.hint}>{t(texts.decideHint)}</p>
        {mayAct ? null : <Alert type="info" showIcon title={t(texts.decideMayNotCancel)} />}
        {orders.length > 1 ? (
          <div className={styles.decideAll}>
            <strong>{several ? t(texts.decideAllBranches, { count: branches.length }) : t(texts.decideAllOrders)}</strong>
            <AllChoice label={several ? t(texts.decideAllBranches, { count: branches.length }) : t(texts.decideAllOrders)} value={commonOf(orders, chosen)} mayAct={mayAct} onChange={(choice) => decideAll(orders, choice)} />
          </div>
        ) : null}
        <div className={styles.affected} ref={list}>
          {branches.map((one) => (
            <BranchDecisions
              key={one.branch_id}
              branch={known.find((other) => other.branch_id === one.branch_id)}
              orders={one.orders}
              change={change}
              chosen={chosen}
              mayAct={mayAct}
              canReschedule={canReschedule}
              named={named}
              open={!named || open.has(one.branch_id)}
              onOpen={(shown) => setOpen(new Set(shown ? [...open, one.branch_id] : [...open].filter((id) => id !== one.branch_id)))}
              onDecide={decideOne}
              onDecideAll={(choice) => decideAll(one.orders, choice)}
            />
          ))}
        </div>
        {unlisted > 0 ? (
          <div ref={rest}>
            <Alert
              type="warning"
              showIcon
              title={t(texts.decideUnlisted, { listed: orders.length, count: unlisted })}
              description={
                <Checkbox checked={keepUnlisted} onChange={({ target }) => onPlan({ ...plan, keepUnlisted: target.checked })}>
                  {t(texts.decideKeepUnlisted, { count: unlisted })}
                </Checkbox>
              }
            />
          </div>
        ) : null}
      </Flex>
    </Modal>
  );
}
