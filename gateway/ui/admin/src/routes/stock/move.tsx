import { App, Alert, Button, Flex, Input, Segmented } from "antd";
import { useState } from "react";

import { newIdempotencyKey, problemFrom } from "../../data/gateway";
import type { CountedMovement, StockItem } from "../../data/types";
import { useReason, useT } from "../../i18n";
import { moveStock } from "./queries";
import { Stepper } from "./stepper";
import styles from "./stock.module.css";
import { texts } from "./texts";

const kinds: readonly CountedMovement[] = ["counted", "received", "scrapped", "adjusted"];

/** What would be on hand after it. */
function after(item: StockItem, kind: CountedMovement, quantity: number): number {
  if (kind === "counted") return quantity;
  return item.on_hand + (kind === "scrapped" ? -quantity : quantity);
}

/** Counting, receiving, scrapping or correcting one unit. */
export function Move({ branchId, item, onChanged }: { branchId: string; item: StockItem; onChanged: (item: StockItem) => void }) {
  const t = useT();
  const sentence = useReason();
  const { message } = App.useApp();
  const [kind, setKind] = useState<CountedMovement>("counted");
  const [quantity, setQuantity] = useState(item.on_hand);
  const [reason, setReason] = useState("");
  const [refused, setRefused] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [key, setKey] = useState(() => newIdempotencyKey());
  const result = after(item, kind, quantity);
  const needsReason = kind === "scrapped" || kind === "adjusted";
  const nothing = kind !== "counted" && quantity === 0;

  function choose(next: CountedMovement) {
    setKind(next);
    setQuantity(next === "counted" ? item.on_hand : 0);
    setRefused(undefined);
    setKey(newIdempotencyKey());
  }

  function change(next: number) {
    setQuantity(next);
    setKey(newIdempotencyKey());
  }

  async function send() {
    setBusy(true);
    setRefused(undefined);
    try {
      const answer = await moveStock(branchId, item.sku_id, { kind, quantity, reason: reason.trim() }, key);
      onChanged(answer.item);
      void message.success(t(texts.moved, { count: answer.item.on_hand }));
      setKind("counted");
      setQuantity(answer.item.on_hand);
      setReason("");
      setKey(newIdempotencyKey());
    } catch (thrown) {
      setRefused(sentence(problemFrom(thrown)));
    } finally {
      setBusy(false);
    }
  }

  return (
    <section aria-label={t(texts.record)}>
      <Flex vertical gap={12}>
        <Segmented<CountedMovement> block size="large" value={kind} onChange={choose} options={kinds.map((one) => ({ value: one, label: t(texts.movement[one]) }))} />
        <p style={{ color: "var(--ink-2)" }}>{t(texts.movementHint[kind])}</p>
        <Stepper label={t(texts.movement[kind])} value={quantity} min={kind === "adjusted" ? -item.on_hand : 0} max={kind === "scrapped" ? item.on_hand : 999_999} onChange={change} />
        <div className={styles.quick}>
          {[5, 10, 50].map((step) => (
            <Button key={step} size="large" onClick={() => change(Math.min(kind === "scrapped" ? item.on_hand : 999_999, quantity + step))}>
              +{step}
            </Button>
          ))}
        </div>
        <Input
          size="large"
          maxLength={200}
          aria-label={t(texts.reasonLabel)}
          placeholder={needsReason ? t(texts.reason[kind === "scrapped" ? "scrapped" : "adjusted"]) : t(texts.reasonLabel)}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        {refused ? <Alert role="alert" type="error" showIcon title={refused} /> : null}
        <Button type="primary" style={{ height: 56, fontSize: 18 }} loading={busy} disabled={nothing || (needsReason && reason.trim() === "")} onClick={() => void send()}>
          {t(texts.do, { kind: t(texts.movement[kind]), before: item.on_hand, after: result })}
        </Button>
        {kind === "counted" && quantity < item.held ? <Alert type="warning" showIcon title={t(texts.belowHeld, { count: item.held - quantity })} /> : null}
      </Flex>
    </section>
  );
}
