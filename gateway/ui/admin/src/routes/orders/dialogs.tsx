import { formatMoney } from "@yizhimai/kit";
import { Button, Input, Modal } from "antd";
import { useState } from "react";

import type { CancelReason, Order, Transition } from "../../data/types";
import { useMe } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { may } from "../../session/may";
import styles from "./board.module.css";
import { texts } from "./texts";
import { lineName } from "./words";

type Step = Omit<Transition, "version">;

interface DialogProps {
  order: Order;
  onClose: () => void;
  onStep: (order: Order, step: Step) => void;
}

const reasons: readonly CancelReason[] = [
  "out_of_stock", "too_busy", "closed", "customer_request", "duplicate", "unreachable", "undeliverable", "suspicious", "other",
];

/** Asks why before an order is cancelled or refused, and says what that means for the customer. */
export function CancelDialog({ order, to, onClose, onStep }: DialogProps & { to: "rejected" | "cancelled" }) {
  const t = useT();
  const [chosen, setChosen] = useState<CancelReason>();
  const [text, setText] = useState("");
  const said = chosen && (chosen !== "other" || text.trim() !== "");
  return (
    <Modal
      open
      onCancel={onClose}
      title={t(texts.cancelTitle, { number: order.pickup_number, name: order.contact_name })}
      okText={chosen ? t(texts.cancelDeed, { reason: t(texts.cancelReason[chosen]) }) : t(texts.cancelChoose)}
      okButtonProps={{ danger: true, disabled: !said, size: "large" }}
      cancelButtonProps={{ size: "large" }}
      cancelText={t(common.actionKeep)}
      onOk={() => {
        if (!chosen) return;
        onStep(order, { to, cancel_reason: chosen, ...(text.trim() ? { reason: text.trim() } : {}) });
        onClose();
      }}
    >
      <p>{t(texts.cancelText, { lines: order.lines.map((line) => `${lineName(line)}×${String(line.quantity)}`).join("、") })}</p>
      <div className={styles.reasons} role="group" aria-label={t(texts.cancelChoose)}>
        {reasons.map((reason) => (
          <button key={reason} type="button" className={styles.reason} aria-pressed={chosen === reason} onClick={() => setChosen(reason)}>
            {t(texts.cancelReason[reason])}
          </button>
        ))}
      </div>
      {chosen ? (
        <Input.TextArea
          aria-label={t(texts.cancelMore)}
          placeholder={chosen === "other" ? t(texts.cancelOther) : t(texts.cancelMore)}
          autoFocus={chosen === "other"}
          maxLength={200}
          autoSize={{ minRows: 2 }}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      ) : null}
    </Modal>
  );
}

/** Asks for the money before an unpaid order is handed over; without it only who manages orders closes one. */
export function CashDialog({ order, onClose, onStep }: DialogProps) {
  const manages = may(useMe(), "ops.orders", "manage");
  const t = useT();
  const [without, setWithout] = useState(false);
  const [why, setWhy] = useState("");
  const amount = formatMoney(order.total - order.paid, order.currency);

  function complete(step: Partial<Step>) {
    onStep(order, { to: "completed", ...step });
    onClose();
  }

  return (
    <Modal open onCancel={onClose} footer={null} title={t(texts.cashTitle, { number: order.pickup_number, amount })}>
      <div className={styles.cash}>
        <Button type="primary" size="large" autoFocus style={{ height: 64, fontSize: 20 }} onClick={() => complete({ cash_received: true })}>
          {t(texts.cashReceived, { amount })}
        </Button>
        <Button size="large" style={{ height: 52 }} onClick={onClose}>
          {t(texts.cashNotYet)}
        </Button>
        {!manages ? null : without ? (
          <>
            <Input
              autoFocus
              size="large"
              maxLength={200}
              aria-label={t(texts.cashWhy)}
              placeholder={t(texts.cashWhy)}
              value={why}
              onChange={({ target }) => setWhy(target.value)}
            />
            <Button danger size="large" disabled={why.trim() === ""} onClick={() => complete({ override_payment: true, reason: why.trim() })}>
              {t(texts.cashOverride)}
            </Button>
          </>
        ) : (
          <Button type="link" onClick={() => setWithout(true)}>
            {t(texts.cashWithout)}
          </Button>
        )}
      </div>
    </Modal>
  );
}
