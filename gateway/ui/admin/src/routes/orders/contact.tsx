import { displayPhone } from "@yizhimai/kit";
import { Button, Input, Modal } from "antd";
import { useState } from "react";

import { problemFrom } from "../../data/gateway";
import type { Order } from "../../data/types";
import { useMe } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { mayDo } from "../../session/may";
import styles from "./board.module.css";
import { unmaskContact } from "./queries";
import { texts } from "./texts";

const usual = [texts.unmaskWhySupply, texts.unmaskWhyPickup, texts.unmaskWhyQuestion] as const;

/** Who ordered: the phone masked, until somebody who may says why the whole of it is needed. */
export function OrderContact({ order }: { order: Order }) {
  const t = useT();
  const granted = mayDo(useMe(), "member.unmask");
  const [phone, setPhone] = useState<string>();
  const [asking, setAsking] = useState(false);
  return (
    <span>
      {order.contact_name} · {phone ? <a href={`tel:${phone}`}>{displayPhone(phone)}</a> : <span className="tabular">{order.contact_phone}</span>}
      {granted && !phone ? (
        <Button type="link" onClick={() => setAsking(true)}>
          {t(texts.unmask)}
        </Button>
      ) : null}
      {asking ? <UnmaskDialog order={order} onClose={() => setAsking(false)} onKnown={setPhone} /> : null}
    </span>
  );
}

function UnmaskDialog({ order, onClose, onKnown }: { order: Order; onClose: () => void; onKnown: (phone: string) => void }) {
  const t = useT();
  const sentence = useReason();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();

  async function unmask() {
    setBusy(true);
    try {
      const { contact } = await unmaskContact(order.order_id, reason.trim());
      onKnown(contact.phone);
      onClose();
    } catch (thrown) {
      setRefused(sentence(problemFrom(thrown)));
      setBusy(false);
    }
  }

  return (
    <Modal
      open
      onCancel={onClose}
      title={t(texts.unmaskTitle, { number: order.pickup_number, name: order.contact_name })}
      okText={t(texts.unmask)}
      okButtonProps={{ disabled: reason.trim() === "", loading: busy, size: "large" }}
      cancelButtonProps={{ size: "large" }}
      cancelText={t(common.actionKeep)}
      onOk={() => void unmask()}
    >
      <p>{t(texts.unmaskHint)}</p>
      <div className={styles.reasons} role="group" aria-label={t(texts.unmaskReason)}>
        {usual.map((why) => (
          <button key={t(why)} type="button" className={styles.reason} aria-pressed={reason === t(why)} onClick={() => setReason(t(why))}>
            {t(why)}
          </button>
        ))}
      </div>
      <Input.TextArea
        aria-label={t(texts.unmaskReason)}
        placeholder={t(texts.unmaskReason)}
        maxLength={200}
        autoSize={{ minRows: 2 }}
        status={refused ? "error" : ""}
        value={reason}
        onChange={({ target }) => setReason(target.value)}
      />
      {refused ? <p role="alert" style={{ color: "var(--ant-color-error, #b42318)" }}>{refused}</p> : null}
    </Modal>
  );
}
