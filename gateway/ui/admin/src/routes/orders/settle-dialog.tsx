import { useQueryClient } from "@tanstack/react-query";
import { formatMoney } from "@yizhimai/kit";
import { Alert, Input, Modal, Radio } from "antd";
import { useState } from "react";

import { problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Order, PaymentRefund } from "../../data/types";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import styles from "./payment-part.module.css";
import { texts } from "./payment-texts";
import { settleRefund } from "./queries";

/** Records how a refund ended that the provider cannot carry out; what the platform owes can only be given back. */
export function SettleDialog({ order, refund, onClose }: { order: Order; refund: PaymentRefund; onClose: () => void }) {
  const t = useT();
  const sentence = useReason();
  const client = useQueryClient();
  const [givenBack, setGivenBack] = useState<boolean | undefined>(refund.cause === "staff" ? undefined : true);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();

  async function settle() {
    if (givenBack === undefined) return;
    setBusy(true);
    setRefused(undefined);
    try {
      await settleRefund(order.order_id, refund.refund_id, { given_back: givenBack, note: note.trim() });
      onClose();
    } catch (thrown) {
      setRefused(sentence(problemFrom(thrown)));
      setBusy(false);
    } finally {
      void client.invalidateQueries({ queryKey: keys.order(order.order_id) });
    }
  }

  return (
    <Modal
      open
      onCancel={onClose}
      title={t(texts.settleTitle, { amount: formatMoney(refund.amount, order.currency) })}
      okText={t(texts.settleDeed)}
      okButtonProps={{ disabled: givenBack === undefined || note.trim() === "", loading: busy, size: "large" }}
      cancelButtonProps={{ size: "large" }}
      cancelText={t(common.actionKeep)}
      onOk={() => void settle()}
    >
      <div className={styles.fields}>
        <Radio.Group
          aria-label={t(texts.settleHow)}
          value={givenBack}
          options={[
            { value: true, label: t(texts.settleGiven) },
            ...(refund.cause === "staff" ? [{ value: false, label: t(texts.settleWaived) }] : []),
          ]}
          onChange={({ target }) => setGivenBack(target.value === true)}
        />
        <Input.TextArea
          aria-label={t(texts.settleNote)}
          placeholder={t(texts.settleNote)}
          maxLength={200}
          autoSize={{ minRows: 2 }}
          value={note}
          onChange={({ target }) => setNote(target.value)}
        />
        {refused ? <Alert type="error" showIcon role="alert" title={refused} /> : null}
      </div>
    </Modal>
  );
}
