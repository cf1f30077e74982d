import { Alert, Button, Drawer, Result } from "antd";
import { useState } from "react";

import { newIdempotencyKey, problemFrom } from "../../data/gateway";
import type { StockItem } from "../../data/types";
import { useReason, useT } from "../../i18n";
import { moveStock } from "./queries";
import type { StockRow } from "./rows";
import styles from "./stock.module.css";
import { texts } from "./texts";
import { typed } from "./typed";

interface CountProps {
  branchId: string;
  /** What is to be counted, in order, as it was when counting began. */
  rows: readonly StockRow[];
  onChanged: (item: StockItem) => void;
  onClose: () => void;
}

interface Counted {
  place: number;
  before: number;
  count: number;
}

const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

/** Counting mode: one unit at a time, number pad and 下一個 under the thumb, the last count can be taken back. */
export function Count({ branchId, rows, onChanged, onClose }: CountProps) {
  const t = useT();
  const sentence = useReason();
  const [place, setPlace] = useState(0);
  const [text, setText] = useState("");
  const [done, setDone] = useState<readonly Counted[]>([]);
  const [refused, setRefused] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [key, setKey] = useState(() => newIdempotencyKey());
  const [current, setCurrent] = useState<ReadonlyMap<string, number>>(new Map());
  const row = rows[place];
  const last = done.at(-1);
  const onHand = (one: StockRow) => current.get(one.sku_id) ?? one.item?.on_hand ?? 0;

  function go(next: number) {
    setPlace(next);
    setText("");
    setRefused(undefined);
    setKey(newIdempotencyKey());
  }

  async function count(one: StockRow, quantity: number): Promise<boolean> {
    setBusy(true);
    setRefused(undefined);
    try {
      const { item } = await moveStock(branchId, one.sku_id, { kind: "counted", quantity, reason: "" }, key);
      setCurrent(new Map(current).set(one.sku_id, item.on_hand));
      onChanged(item);
      return true;
    } catch (thrown) {
      setRefused(sentence(problemFrom(thrown)));
      return false;
    } finally {
      setBusy(false);
    }
  }

  async function next() {
    if (!row) return;
    const before = onHand(row);
    const quantity = text === "" ? before : Number(text);
    if (!(await count(row, quantity))) return;
    setDone([...done, { place, before, count: quantity }]);
    go(place + 1);
  }

  async function undo() {
    const one = last && rows[last.place];
    if (!one || !(await count(one, last.before))) return;
    setDone(done.slice(0, -1));
    go(last.place);
  }

  return (
    <Drawer open title={t(texts.countTitle, { place: Math.min(place + 1, rows.length), all: rows.length })} placement="bottom" size="100dvh" onClose={onClose} styles={{ body: { padding: 0 } }}>
      <div className={styles.count}>
        <div className={styles.last} aria-live="polite">
          {last ? (
            <>
              <span>{t(texts.countLast, { name: rows[last.place]?.name ?? "", before: last.before, count: last.count })}</span>
              <Button size="large" disabled={busy} onClick={() => void undo()}>{t(texts.countUndo)}</Button>
            </>
          ) : (
            <span>{t(texts.countHint)}</span>
          )}
        </div>
        {row ? (
          <>
            <div className={styles.counting}>
              <h2>{row.name}</h2>
              <p>{row.detail || t(texts.kind[row.kind])}</p>
              <output aria-label={t(texts.movement.counted)} data-empty={text === "" || undefined}>{text === "" ? onHand(row) : text}</output>
              <p>{t(texts.countBook, { count: onHand(row) })}{row.item && row.item.held > 0 ? ` · ${t(texts.heldShort, { count: row.item.held })}` : ""}</p>
            </div>
            {refused ? <Alert role="alert" type="error" showIcon title={refused} /> : null}
            <div className={styles.pad}>
              {digits.map((digit) => (
                <button key={digit} type="button" onClick={() => setText(typed(text, digit))}>{digit}</button>
              ))}
              <button type="button" aria-label={t(texts.countClear)} onClick={() => setText("")}>C</button>
              <button type="button" onClick={() => setText(typed(text, "0"))}>0</button>
              <button type="button" aria-label={t(texts.countErase)} onClick={() => setText(text.slice(0, -1))}>⌫</button>
            </div>
            <div className={styles.steps}>
              <Button size="large" disabled={busy} onClick={() => go(place + 1)}>{t(texts.countSkip)}</Button>
              <Button size="large" type="primary" loading={busy} onClick={() => void next()}>
                {text === "" ? t(texts.countSame) : t(texts.countNext, { count: Number(text) })}
              </Button>
            </div>
          </>
        ) : (
          <Result status="success" title={t(texts.countDone, { count: done.length })} extra={<Button size="large" type="primary" onClick={onClose}>{t(texts.countClose)}</Button>} />
        )}
      </div>
    </Drawer>
  );
}
