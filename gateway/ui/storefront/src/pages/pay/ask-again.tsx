import { Sheet } from "../../parts/sheet";
import { t } from "../../text";
import { texts } from "./texts";

/** A second payment while the outcome of the first is not known is asked about. */
export function AskAgain({ onWait, onPay }: { onWait: () => void; onPay: () => void }) {
  return (
    <Sheet
      title={t(texts.againAsk)} size="small" onClose={onWait}
      footer={
        <div class="sheet-actions">
          <button type="button" class="secondary" onClick={onPay}>{t(texts.againYes)}</button>
          <button type="button" class="primary" onClick={onWait}>{t(texts.againNo)}</button>
        </div>
      }
    >
      <p>{t(texts.againHint)}</p>
    </Sheet>
  );
}
