import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { formatMoney } from "@yizhimai/kit";
import { Alert, App, Input, InputNumber, Modal, Segmented } from "antd";
import { useState } from "react";

import { problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Order, RefundableLine, RefundQuote } from "../../data/types";
import { useMe } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { useBodyKey } from "../../patterns/use-body-key";
import board from "./board.module.css";
import styles from "./payment-part.module.css";
import { texts } from "./payment-texts";
import { quoteRefund, requestRefund } from "./queries";
import { limitText, selectionOf, type RefundChoice } from "./refund";
import { lineName } from "./words";

interface RefundDialogProps {
  order: Order;
  lines: readonly RefundableLine[];
  onClose: () => void;
}

const kinds = ["whole", "units", "amount"] as const;
const whys = [texts.whyMissing, texts.whyWrong, texts.whyQuality, texts.whyCustomer] as const;

/** Refunds an order: what, why, and before it is confirmed how much that comes to and from where. */
export function RefundDialog({ order, lines, onClose }: RefundDialogProps) {
  const t = useT();
  const me = useMe();
  const sentence = useReason();
  const client = useQueryClient();
  const keyOf = useBodyKey();
  const { message } = App.useApp();
  const [choice, setChoice] = useState<RefundChoice>({ kind: "whole", units: {}, amount: null });
  const [reason, setReason] = useState("");
  const [payer, setPayer] = useState(me.account.name);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  const money = (amount: number) => formatMoney(amount, order.currency);
  const selection = selectionOf(choice);
  const quote = useQuery({
    queryKey: [...keys.orderRefunds(order.order_id), "quote", selection],
    queryFn: () => (selection ? quoteRefund(order.order_id, selection) : undefined),
    enabled: selection !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
  });
  const isCurrent = selection !== undefined && quote.data !== undefined && !quote.isPlaceholderData && !quote.isError;
  const quoted = isCurrent ? quote.data : undefined;
  const overLimit = quoted && limitText(quoted, t, money);
  const needsPayer = quoted !== undefined && quoted.on_site > 0;
  const isReady = quoted !== undefined && !overLimit && reason.trim() !== "" && (!needsPayer || payer.trim() !== "");

  async function refund() {
    if (!selection || !quoted) return;
    const body = { selection, reason: reason.trim(), expected_amount: quoted.amount, ...(needsPayer ? { paid_out_by: payer.trim() } : {}) };
    setBusy(true);
    setRefused(undefined);
    try {
      await requestRefund(order.order_id, body, keyOf(body));
      void message.success(t(texts.requested, { amount: money(quoted.amount) }));
      onClose();
    } catch (thrown) {
      const problem = problemFrom(thrown);
      setRefused(problem.reason === "VERSION_CONFLICT" ? t(texts.changed) : sentence(problem));
    } finally {
      setBusy(false);
      void client.invalidateQueries({ queryKey: keys.order(order.order_id) });
    }
  }

  return (
    <Modal
      open
      width={560}
      onCancel={onClose}
      title={t(texts.dialogTitle, { number: order.pickup_number, name: order.contact_name })}
      okText={quoted && isReady ? t(texts.deed, { amount: money(quoted.amount) }) : t(texts.deedChoose)}
      okButtonProps={{ danger: true, disabled: !isReady, loading: busy, size: "large" }}
      cancelButtonProps={{ size: "large" }}
      cancelText={t(common.actionKeep)}
      onOk={() => void refund()}
    >
      <div className={styles.fields}>
        <Segmented
          block
          size="large"
          aria-label={t(texts.choose)}
          value={choice.kind}
          options={kinds.map((kind) => ({ value: kind, label: t(texts.kind[kind]) }))}
          onChange={(kind) => setChoice({ ...choice, kind })}
        />
        {choice.kind === "units" ? <Units lines={lines} choice={choice} onChange={setChoice} /> : null}
        {choice.kind === "amount" ? (
          <InputNumber
            size="large"
            min={1}
            max={9_999_999}
            precision={0}
            inputMode="numeric"
            style={{ width: "100%" }}
            aria-label={t(texts.amount)}
            placeholder={t(texts.amount)}
            value={choice.amount}
            onChange={(amount) => setChoice({ ...choice, amount })}
          />
        ) : null}
        {selection && quote.isError ? <Alert type="error" showIcon role="alert" title={sentence(problemFrom(quote.error))} /> : null}
        {quoted ? <Preview quote={quoted} money={money} /> : null}
        {overLimit ? <Alert type="warning" showIcon role="alert" title={overLimit} /> : null}
        {needsPayer ? (
          <>
            <Alert type="info" showIcon title={t(texts.payerHint)} />
            <label className={styles.labelled}>
              {t(texts.payer)}
              <Input size="large" maxLength={60} value={payer} onChange={({ target }) => setPayer(target.value)} />
            </label>
          </>
        ) : null}
        <div className={styles.whys} role="group" aria-label={t(texts.reason)}>
          {whys.map((why) => (
            <button key={t(why)} type="button" className={board.why} aria-pressed={reason === t(why)} onClick={() => setReason(t(why))}>
              {t(why)}
            </button>
          ))}
        </div>
        <Input.TextArea
          aria-label={t(texts.reason)}
          placeholder={t(texts.reasonHint)}
          maxLength={200}
          autoSize={{ minRows: 2 }}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        {refused ? <Alert type="error" showIcon role="alert" title={refused} /> : null}
      </div>
    </Modal>
  );
}

/** How many units of each line; the last ones go back first, each at what it cost. */
function Units({ lines, choice, onChange }: { lines: readonly RefundableLine[]; choice: RefundChoice; onChange: (choice: RefundChoice) => void }) {
  const t = useT();
  return (
    <div>
      {lines.map((line) => (
        <div key={line.line_id} className={styles.unit}>
          <span>
            {lineName(line)} <span className={styles.note}>{line.nets.length > 0 ? t(texts.unitsLeft, { count: line.nets.length }) : t(texts.unitsNone)}</span>
          </span>
          <InputNumber
            size="large"
            min={0}
            max={line.nets.length}
            precision={0}
            inputMode="numeric"
            disabled={line.nets.length === 0}
            aria-label={t(texts.unitsOf, { name: lineName(line) })}
            value={choice.units[line.line_id] ?? 0}
            onChange={(quantity) => onChange({ ...choice, units: { ...choice.units, [line.line_id]: quantity ?? 0 } })}
          />
        </div>
      ))}
    </div>
  );
}

function Preview({ quote, money }: { quote: RefundQuote; money: (amount: number) => string }) {
  const t = useT();
  return (
    <div className={styles.preview} role="status">
      <strong>{t(texts.willRefund, { amount: money(quote.amount) })}</strong>
      {quote.online > 0 ? <div>{t(texts.willRefundOnline, { amount: money(quote.online) })}</div> : null}
      {quote.on_site > 0 ? <div>{t(texts.willRefundOnSite, { amount: money(quote.on_site) })}</div> : null}
      <div className={styles.note}>{t(texts.willLeave, { amount: money(quote.left - quote.amount) })}</div>
    </div>
  );
}
