import { Alert, Button, Flex, Input } from "antd";
import { useState } from "react";

import { newIdempotencyKey, problemFrom } from "../../data/gateway";
import type { StockComponent } from "../../data/types";
import { useReason, useT } from "../../i18n";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { EmptyState } from "../../patterns/states";
import { useDanger } from "../../patterns/use-danger";
import { createComponent, updateComponent } from "./queries";
import styles from "./stock.module.css";
import { texts } from "./texts";

interface ComponentsProps {
  brandId: string;
  components: readonly StockComponent[];
  open: boolean;
  onClose: () => void;
  onChanged: () => void;
}

/** 共用原料: what several products take from, such as pearls and cups. */
export function ComponentsDrawer({ brandId, components, open, onClose, onChanged }: ComponentsProps) {
  const t = useT();
  const sentence = useReason();
  const danger = useDanger();
  const [name, setName] = useState("");
  const [key, setKey] = useState(() => newIdempotencyKey());
  const [refused, setRefused] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function run(act: () => Promise<unknown>) {
    setBusy(true);
    setRefused(undefined);
    try {
      await act();
    } catch (thrown) {
      setRefused(sentence(problemFrom(thrown)));
    } finally {
      setBusy(false);
      onChanged();
    }
  }

  const add = () =>
    run(async () => {
      await createComponent(brandId, name.trim(), key);
      setName("");
      setKey(newIdempotencyKey());
    });
  const archive = (component: StockComponent) =>
    danger({
      title: t(texts.componentArchiveTitle, { name: component.name }), text: t(texts.componentArchiveText), deed: t(texts.componentArchive),
      act: () => run(() => updateComponent(component, { name: component.name, archived: true, version: component.version })),
    });
  return (
    <DetailDrawer open={open} title={t(texts.componentTitle)} onClose={onClose}>
      <p className={styles.hint}>{t(texts.componentHint)}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <Flex gap={8}>
          <Input size="large" maxLength={60} aria-label={t(texts.componentName)} placeholder={t(texts.componentName)} value={name} onChange={({ target }) => { setName(target.value); setKey(newIdempotencyKey()); }} />
          <Button size="large" type="primary" htmlType="submit" loading={busy} disabled={name.trim() === ""}>{t(texts.componentAdd)}</Button>
        </Flex>
      </form>
      {refused ? <Alert role="alert" type="error" showIcon title={refused} /> : null}
      {components.length === 0 ? <EmptyState title={t(texts.componentNone)} /> : null}
      <Flex vertical gap={8}>
        {components.map((one) => (
          <Line key={`${one.sku_id} ${String(one.version)}`} component={one} busy={busy} onRename={(next) => void run(() => updateComponent(one, { name: next, archived: false, version: one.version }))} onArchive={() => archive(one)} />
        ))}
      </Flex>
    </DetailDrawer>
  );
}

function Line({ component, busy, onRename, onArchive }: { component: StockComponent; busy: boolean; onRename: (name: string) => void; onArchive: () => void }) {
  const t = useT();
  const [name, setName] = useState(component.name);
  const changed = name.trim() !== "" && name.trim() !== component.name;
  return (
    <Flex gap={8}>
      <Input size="large" maxLength={60} aria-label={t(texts.componentRename, { name: component.name })} value={name} onChange={({ target }) => setName(target.value)} />
      {changed ? (
        <Button size="large" type="primary" disabled={busy} onClick={() => onRename(name.trim())}>{t(texts.componentSave)}</Button>
      ) : (
        <Button size="large" disabled={busy} onClick={onArchive}>{t(texts.componentArchive)}</Button>
      )}
    </Flex>
  );
}
