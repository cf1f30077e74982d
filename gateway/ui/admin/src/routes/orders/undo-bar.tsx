import type { Order } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import styles from "./board.module.css";
import { texts } from "./texts";

/** For ten seconds the last step can be taken back with one tap. */
export function UndoBar({ undoable, onUndo }: { undoable: { order: Order; key: string } | undefined; onUndo: () => void }) {
  const t = useT();
  if (!undoable) return <div role="status" aria-live="polite" />;
  const { order, key } = undoable;
  return (
    <div key={key} className={styles.undo} role="status">
      <span>{t(texts.moved, { number: order.pickup_number, state: t(common.orderState[order.state]) })}</span>
      <button type="button" onClick={onUndo}>
        {t(texts.undo)}
      </button>
    </div>
  );
}
