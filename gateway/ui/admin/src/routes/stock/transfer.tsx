import { Alert, App, Button, Flex, Input, Select } from "antd";
import { useState } from "react";

import { newIdempotencyKey, problemFrom } from "../../data/gateway";
import type { StockItem } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { EmptyState } from "../../patterns/states";
import { transferStock } from "./queries";
import { Stepper } from "./stepper";
import styles from "./stock.module.css";
import { texts } from "./texts";

/** 調撥: sends units to another branch, which has them at once. */
export function Transfer({ branchId, item, onChanged }: { branchId: string; item: StockItem; onChanged: (item: StockItem) => void }) {
  const t = useT();
  const sentence = useReason();
  const { message } = App.useApp();
  const { branches, brand } = useScope();
  const [to, setTo] = useState<string>();
  const [quantity, setQuantity] = useState(0);
  const [reason, setReason] = useState("");
  const [refused, setRefused] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [key, setKey] = useState(() => newIdempotencyKey());
  // Those of the same brand first: only they share its products.
  const others = branches
    .filter((one) => one.branch_id !== branchId && one.state !== "closed")
    .sort((a, b) => Number(b.brand_id === brand?.brand_id) - Number(a.brand_id === brand?.brand_id));
  if (others.length === 0) return <EmptyState title={t(texts.transferNowhere)} />;

  async function send() {
    setBusy(true);
    setRefused(undefined);
    try {
      const answer = await transferStock(branchId, item.sku_id, { to_branch_id: to ?? "", quantity, reason: reason.trim() }, key);
      onChanged(answer.item);
      void message.success(t(texts.moved, { count: answer.item.on_hand }));
      setQuantity(0);
      setReason("");
      setKey(newIdempotencyKey());
    } catch (thrown) {
      setRefused(sentence(problemFrom(thrown)));
    } finally {
      setBusy(false);
    }
  }

  const change = (act: () => void) => {
    act();
    setRefused(undefined);
    setKey(newIdempotencyKey());
  };
  return (
    <section aria-label={t(texts.tabTransfer)}>
      <Flex vertical gap={12}>
        <p className={styles.hint}>{t(texts.transferHint)}</p>
        <Select
          size="large"
          showSearch={{ optionFilterProp: "label" }}
          aria-label={t(texts.transferTo)}
          placeholder={t(texts.transferTo)}
          value={to ?? null}
          onChange={(next: string | null) => change(() => setTo(next ?? undefined))}
          options={others.map((one) => ({ value: one.branch_id, label: one.name }))}
        />
        <Stepper label={t(texts.transferQuantity)} value={quantity} min={0} max={item.on_hand} onChange={(next) => change(() => setQuantity(next))} />
        <Input size="large" maxLength={200} aria-label={t(texts.reasonLabel)} placeholder={t(texts.reasonLabel)} value={reason} onChange={({ target }) => change(() => setReason(target.value))} />
        {refused ? <Alert role="alert" type="error" showIcon title={refused} /> : null}
        <Button type="primary" style={{ height: 56, fontSize: 18 }} loading={busy} disabled={!to || quantity === 0} onClick={() => void send()}>
          {t(texts.transferDo, { before: item.on_hand, after: item.on_hand - quantity })}
        </Button>
      </Flex>
    </section>
  );
}
