import { blocks, changesOf } from "../../domain/changes";
import { lineName } from "../../lib/product-name";
import { wantedText } from "../../lib/wanted-text";
import { Lazy } from "../../parts/lazy";
import { Notice } from "../../parts/notice";
import { Sheet } from "../../parts/sheet";
import { Skeleton } from "../../parts/skeleton";
import type { Shop } from "../../shop/shop";
import { t } from "../../text";
import { common } from "../../text/common";
import { ordering } from "../checkout/ordering-later";
import { texts } from "./sheet-texts";

/** Items of the cart that are not available then; they stay in the cart. */
function Affected({ shop }: { shop: Shop }) {
  const index = shop.menu.value;
  const lines = shop.cart.lines.value;
  const affected = index ? lines.filter((line) => changesOf(line, lines, index, shop.stock.value).some(blocks)) : [];
  if (affected.length === 0) return null;
  return <Notice tone="warn">{t(texts.whenAffected, { list: [...new Set(affected.map((line) => lineName(shop, line)))].join(t(common.listComma)) })}</Notice>;
}

/** Fulfilment method and time. A choice takes effect at once; the button repeats it and closes the sheet. */
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
      <Lazy of={ordering} waiting={<Skeleton rows={4} />}>
        {({ WhenChoice }) => <WhenChoice shop={shop} day={day} />}
      </Lazy>
    </Sheet>
  );
}
