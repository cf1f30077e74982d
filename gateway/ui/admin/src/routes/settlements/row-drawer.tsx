import { formatDateTime } from "@yizhimai/kit";
import { Alert, Button, Form, Input, Radio, Select } from "antd";
import { useState } from "react";

import type { RowDecision, Settlement, SettlementRow } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer, Facts } from "../../patterns/detail-drawer";
import { RefusalAlert, useFormRefusal } from "../../patterns/form-refusal";
import { formatDifference, formatExact } from "./amounts";
import { OrderLink } from "./order-link";
import { resolveRow } from "./queries";
import styles from "./settlements.module.css";
import { texts } from "./texts";
import { isOpen, resultWord } from "./words";

interface RowDrawerProps {
  settlement: Settlement;
  row: SettlementRow;
  manages: boolean;
  onClose: () => void;
  onDecided: () => Promise<unknown>;
}

interface Draft {
  decision: RowDecision;
  note: string;
  branch_id?: string;
}

/** A row that differs: what it is, what to do, and the decision of a person. */
export function RowDrawer({ settlement, row, manages, onClose, onDecided }: RowDrawerProps) {
  const t = useT();
  const { timeZone, branches } = useScope();
  const [form] = Form.useForm<Draft>();
  const { refusal, refuse, clear } = useFormRefusal(form);
  const [busy, setBusy] = useState(false);
  const decision = Form.useWatch("decision", form);
  const { currency } = settlement;
  const open = manages && isOpen(row);
  const needsBranch = decision === "book_as_fee" && !row.branch_id && !settlement.branch_id;
  const money = (value: number) => formatExact(value, currency);

  async function decide({ decision: made, note, branch_id }: Draft) {
    setBusy(true);
    clear();
    try {
      await resolveRow(settlement.settlement_id, row.line, made, note.trim(), branch_id);
      await onDecided();
      onClose();
    } catch (thrown) {
      refuse(thrown);
      setBusy(false);
    }
  }

  const facts: [string, React.ReactNode][] = [
    [t(texts.line), row.line],
    [t(texts.kindLabel), t(texts.kind[row.kind])],
    [t(texts.number), row.provider_reference || "—"],
    [t(texts.reference), row.reference || "—"],
    [t(texts.order), <OrderLink key="order" orderId={row.order_id} number={row.order_number} branchId={row.branch_id} />],
    [t(texts.amount), money(row.sums.amount_e4)],
    [t(texts.fee), money(row.sums.fee_e4)],
    [t(texts.net), money(row.sums.net_e4)],
    [t(texts.difference), formatDifference(row.difference_e4, currency)],
    ...(row.decision
      ? ([
          [t(texts.decisionLabel), t(texts.decision[row.decision])],
          [t(texts.note), row.note],
          [t(texts.open), t(texts.decidedBy, { name: row.decided_by, time: row.decided_at ? formatDateTime(row.decided_at, timeZone) : "" })],
        ] as [string, React.ReactNode][])
      : []),
  ];
  return (
    <DetailDrawer
      open
      title={resultWord(t, row)}
      onClose={onClose}
      footer={
        open ? (
          <div className={styles.foot}>
            <Button size="large" onClick={onClose}>{t(common.actionKeep)}</Button>
            <Button size="large" type="primary" loading={busy} onClick={() => form.submit()}>{t(texts.decide)}</Button>
          </div>
        ) : null
      }
    >
      <Facts facts={facts} />
      {row.cause && isOpen(row) ? <Alert type="info" showIcon title={t(texts.whatToDo)} description={t(texts.action[row.cause])} /> : null}
      {open ? (
        <Form<Draft> form={form} layout="vertical" requiredMark={false} initialValues={{ decision: "accept", note: "" }} onFinish={(draft) => void decide(draft)}>
          <RefusalAlert refusal={refusal} onReload={() => void onDecided()} />
          <Form.Item name="decision" label={t(texts.decisionLabel)} extra={t(texts.final)}>
            <Radio.Group
              options={(["accept", "book_as_fee"] as const).map((one) => ({ value: one, label: t(texts.decision[one]), disabled: one === "book_as_fee" && !row.can_book }))}
              style={{ display: "flex", flexDirection: "column", gap: 8 }}
            />
          </Form.Item>
          {needsBranch ? (
            <Form.Item name="branch_id" label={t(texts.bookAt)} rules={[{ required: true, message: t(texts.bookAtNeeded) }]}>
              <Select
                size="large"
                showSearch={{ optionFilterProp: "label" }}
                options={branches.filter((one) => one.brand_id === settlement.brand_id).map((one) => ({ value: one.branch_id, label: one.name }))}
              />
            </Form.Item>
          ) : null}
          <Form.Item name="note" label={t(texts.note)} extra={t(texts.noteHint)} rules={[{ required: true, whitespace: true, message: t(texts.noteNeeded) }]}>
            <Input.TextArea rows={3} maxLength={200} showCount />
          </Form.Item>
        </Form>
      ) : null}
    </DetailDrawer>
  );
}
