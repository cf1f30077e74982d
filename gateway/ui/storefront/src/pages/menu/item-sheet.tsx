import { useState } from "preact/hooks";
import { newIdempotencyKey, type MenuOptionGroup, type MenuProduct } from "@yizhimai/api";
import { formatMoney } from "@yizhimai/kit";
import { MAX_LINES, MAX_LINE_QUANTITY, MAX_UNITS, describe, unitPrice, unitsIn, unitsOfProduct, type CartLine } from "../../domain/cart";
import { MAX_NOTE, graphemes } from "../../domain/draft";
import type { MenuIndex } from "../../domain/menu-index";
import { initialChoice, isSatisfied, type Choice } from "../../domain/options";
import { canHave, pauseOf, productState } from "../../domain/stock";
import { pausedText } from "../../lib/paused-text";
import { productName } from "../../lib/product-name";
import { Notice } from "../../parts/notice";
import { Sheet } from "../../parts/sheet";
import { Stepper } from "../../parts/stepper";
import type { Shop } from "../../shop/shop";
import { t, why } from "../../text";
import { common } from "../../text/common";
import { OptionGroup, VariantGroup } from "./option-group";
import { OtherDay } from "./other-day";
import { texts } from "./sheet-texts";
import { texts as menuTexts } from "./texts";

interface ItemSheetProps {
  shop: Shop;
  index: MenuIndex;
  product: MenuProduct;
  lineId?: string;
  /** Rule that offers it as 加價購, and the variant it offers. */
  offer?: { rule: string; variant: string };
  onClose: () => void;
}

interface Limit {
  text: string;
}

function limitOf(product: MenuProduct, others: readonly CartLine[], quantity: number): Limit | undefined {
  const ofProduct = unitsOfProduct(others, product.product_id) + quantity;
  if (ofProduct > product.max_per_order) return { text: t(texts.itemProductMax, { name: product.name, max: product.max_per_order }) };
  if (ofProduct < product.min_per_order) return { text: t(texts.itemProductMin, { name: product.name, min: product.min_per_order }) };
  if (unitsIn(others) + quantity > MAX_UNITS) return { text: t(texts.cartTooMany, { max: MAX_UNITS }) };
  if (others.length >= MAX_LINES) return { text: t(texts.cartTooManyLines, { max: MAX_LINES }) };
  return undefined;
}

/** One item: size, options, quantity and note, with the running price on the button. */
export function ItemSheet({ shop, index, product, lineId, offer, onClose }: ItemSheetProps) {
  const stock = shop.stock.value;
  const soldOut = (skuId: string) => !canHave(stock, "option", skuId);
  const hasVariant = (skuId: string) => canHave(stock, "variant", skuId);
  const existing = shop.cart.lines.value.find((line) => line.line_id === lineId);
  const others = shop.cart.lines.value.filter((line) => line.line_id !== lineId);
  const groups = index.groupsOf(product);
  const currency = index.menu.brand.currency;
  const timeZone = shop.timeZone.value;

  const [variantId, setVariantId] = useState(() => {
    const free = product.variants.find((variant) => hasVariant(variant.variant_id));
    const kept = product.variants.find((variant) => variant.variant_id === (existing?.variant_id ?? offer?.variant));
    return (kept ?? free ?? product.variants[0])?.variant_id ?? "";
  });
  const [choice, setChoice] = useState<Choice>(() => {
    if (!existing) return initialChoice(groups, soldOut);
    const offered = new Set(groups.flatMap((group) => group.options.map((option) => option.option_id)));
    return Object.fromEntries(Object.entries(existing.choice).filter(([id]) => offered.has(id) && !soldOut(id)));
  });
  const [quantity, setQuantity] = useState(existing?.quantity ?? Math.max(1, product.min_per_order - unitsOfProduct(others, product.product_id)));
  const [note, setNote] = useState(existing?.note ?? "");
  const [tried, setTried] = useState(false);

  const state = productState(index, product, stock);
  const unit = unitPrice(index, { product_id: product.product_id, variant_id: variantId, choice }) ?? 0;
  const missing = groups.filter((group) => !isSatisfied(group, choice));
  const noteTooLong = graphemes(note) > MAX_NOTE;
  const limit = limitOf(product, others, quantity);
  const buyable = state.kind === "sellable" && hasVariant(variantId);

  function save(): void {
    setTried(true);
    const [first] = missing;
    if (first) {
      const fieldset = document.getElementById(`g-${first.option_group_id}`);
      fieldset?.scrollIntoView({ block: "center" });
      fieldset?.querySelector("input")?.focus({ preventScroll: true });
      return;
    }
    if (noteTooLong || limit || !buyable) return;
    const line = { product_id: product.product_id, variant_id: variantId, choice };
    shop.cart.put({
      ...line, line_id: existing?.line_id ?? newIdempotencyKey(), quantity, note: note.trim(), offered_by: existing?.offered_by ?? offer?.rule,
      seen: { name: product.name, detail: describe(index, line), unit },
    });
    onClose();
  }

  const isMissing = (group: MenuOptionGroup) => tried && missing.includes(group);
  const name = productName(product);
  const footer = (
    <>
      {limit && <Notice tone="warn">{limit.text}</Notice>}
      <div class="sheet-actions">
        <Stepper name={name} value={quantity} min={1} max={MAX_LINE_QUANTITY} onChange={setQuantity} />
        <button type="button" class="primary" disabled={!buyable} onClick={save}>
          {buyable ? (
            <>
              <span>{existing ? t(texts.itemSave) : t(texts.itemAdd)}</span>
              <span class="figure" aria-live="polite">{formatMoney(unit * quantity, currency)}</span>
            </>
          ) : (
            t(state.kind === "paused" || pauseOf(stock, "variant", variantId) ? common.menuPaused : menuTexts.soldOut)
          )}
        </button>
      </div>
    </>
  );

  return (
    <Sheet title={name} onClose={onClose} footer={footer}>
      {product.description && <p class="item-description">{product.description}</p>}
      {(state.kind === "sold_out" || state.kind === "lacks_option") && <OtherDay shop={shop} index={index} product={product} />}
      {product.allergens && <Notice tone="warn">{t(texts.itemAllergens, { list: product.allergens })}</Notice>}
      {state.kind === "lacks_option" && <Notice tone="bad">{t(menuTexts.lacksOption, { group: state.group })}</Notice>}
      {state.kind === "paused" && <Notice tone="bad">{pausedText(state, stock, timeZone)}</Notice>}
      {product.variants.length > 1 && (
        <VariantGroup product={product} chosen={variantId} currency={currency} stock={stock} timeZone={timeZone} onChange={setVariantId} />
      )}
      {groups.map((group) => (
        <OptionGroup
          key={group.option_group_id} group={group} choice={choice} currency={currency} stock={stock} timeZone={timeZone}
          missing={isMissing(group)} onChange={setChoice}
        />
      ))}
      <label class="field">
        <span class="group-name">{t(texts.itemNote)}</span>
        <textarea
          rows={2} value={note} placeholder={t(texts.itemNoteHint)} aria-invalid={noteTooLong}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
        {noteTooLong && <span class="field-error">{why({ reason: "TEXT_TOO_LONG", params: { max: String(MAX_NOTE) } })}</span>}
      </label>
      {existing && (
        <button
          type="button" class="text-button danger"
          onClick={() => {
            shop.cart.setQuantity(existing.line_id, 0);
            onClose();
          }}
        >
          {t(texts.itemRemove)}
        </button>
      )}
    </Sheet>
  );
}
