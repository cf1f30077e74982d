import { blocks, changesOf } from "../../domain/changes";
import { wantedText } from "../../lib/wanted-text";
import { Arriving } from "../../parts/arriving";
import { Notice } from "../../parts/notice";
import { Sheet } from "../../parts/sheet";
import { Skeleton } from "../../parts/skeleton";
import type { Shop } from "../../shop/shop";
import { t } from "../../text";
import { common } from "../../text/common";
import { ordering } from "../checkout/ordering-later";
import { texts } from "./texts";

/** What of the cart cannot be had then: shown before the sheet closes, because it stays in the cart. */
function Affected({ shop }: { shop: Shop }) {
  const index = shop.menu.value;
  const lines = shop.cart.lines.value;
  const affected = index ? lines.filter((line) => changesOf(line, lines, index, shop.stock.value).some(blocks)) : [];
  if (affected.length === 0) return null;
  return <Notice tone="warn">{t(texts.whenAffected, { list: [...new Set(affected.map((line) => line.seen.name))].join("、") })}</Notice>;
}

/** How and when the order is wanted. A choice holds at once; the button says what it is and leads back. */
export function WhenSheet({ shop, day, onClose }: { shop: Shop; day?: string; onClose: () => void }) {
  const footer = (
    <>
      <Affected shop={shop} />
      <button type="button" class="primary" onClick={onClose}>
        <span>{t(texts.whenDone)}</span>
        <span class="when-time" aria-live="polite">{wantedText(shop)}</span>
      </button>
    </>
  );
  return (
    <Sheet title={t(common.whenTitle)} onClose={onClose} footer={footer}>
      <Arriving of={ordering} waiting={<Skeleton rows={4} />}>
        {({ WhenChoice }) => <WhenChoice shop={shop} day={day} />}
      </Arriving>
    </Sheet>
  );
}
