import { formatMoney } from "@yizhimai/kit";
import { estimate, unitsIn, type CartLine } from "../../domain/cart";
import { blocks, changesOf } from "../../domain/changes";
import { lineName } from "../../lib/product-name";
import { go, paths, query } from "../../lib/router";
import { Empty } from "../../parts/empty";
import { Icon } from "../../parts/icon";
import { Beside } from "../../parts/lazy";
import { LineChanges } from "../../parts/line-changes";
import { Sheet } from "../../parts/sheet";
import { Stepper } from "../../parts/stepper";
import { WhenButton } from "../../parts/when-button";
import type { Shop } from "../../shop/shop";
import { cartBody, useQuote } from "../../shop/use-quote";
import { t } from "../../text";
import { common } from "../../text/common";
import { benefits } from "../benefits/later";
import { texts } from "./texts";

function currencyOf(shop: Shop): string {
  return shop.menu.value?.menu.brand.currency ?? "TWD";
}

/** The server's total for exactly this cart, else what the menu's prices add up to. */
function totalOf(shop: Shop): number {
  return shop.pricing.quoteFor(cartBody(shop))?.total ?? estimate(shop.menu.value, shop.cart.lines.value);
}

function Line({ shop, line, number }: { shop: Shop; line: CartLine; number: number }) {
  const quote = shop.pricing.quoteFor(cartBody(shop));
  const priced = quote?.lines[number];
  const amount = priced?.net ?? estimate(shop.menu.value, [line]);
  const currency = currencyOf(shop);
  return (
    <li class="cart-line">
      <a class="cart-line-text" href={paths.item(shop.brand, shop.branch, line.product_id, line.line_id)}>
        <span class="unseen">{t(common.cartEdit, { name: lineName(shop, line) })}</span>
        <span class="cart-line-name">{lineName(shop, line)}</span>
        {line.seen.detail && <span class="soft">{line.seen.detail}</span>}
        {line.note && <span class="note">「{line.note}」</span>}
        {priced && <Beside of={benefits}>{({ LineBenefits }) => <LineBenefits line={priced} currency={currency} />}</Beside>}
      </a>
      <span class="price">{formatMoney(amount, currency)}</span>
      <div class="cart-line-end">
        <LineChanges shop={shop} line={line} />
        <Stepper name={lineName(shop, line)} value={line.quantity} min={0} max={99} onChange={(value) => shop.cart.setQuantity(line.line_id, value)} />
      </div>
    </li>
  );
}

function Contents({ shop, isSheet = false }: { shop: Shop; isSheet?: boolean }) {
  const { quote } = useQuote(shop);
  const lines = shop.cart.lines.value;
  if (lines.length === 0) return <Empty title={t(common.cartEmpty)} hint={t(common.cartEmptyHint)} />;
  return (
    <>
      <WhenButton shop={shop} />
      <ul class="cart-lines">
        {lines.map((line, number) => (
          <Line key={line.line_id} shop={shop} line={line} number={number} />
        ))}
      </ul>
      <Beside of={benefits}>
        {({ Benefits, WithinReach }) => (isSheet ? <Benefits shop={shop} quote={quote} /> : quote && <WithinReach shop={shop} quote={quote} />)}
      </Beside>
    </>
  );
}

function Foot({ shop }: { shop: Shop }) {
  const index = shop.menu.value;
  const lines = shop.cart.lines.value;
  if (lines.length === 0) return null;
  const blocked = index !== undefined && lines.some((line) => changesOf(line, lines, index, shop.stock.value).some(blocks));
  const quote = shop.pricing.quoteFor(cartBody(shop));
  const saved = quote ? quote.list_total + quote.fees.reduce((sum, fee) => sum + fee.list, 0) - quote.total : 0;
  const checkout = paths.checkout(shop.brand, shop.branch);
  const leave = (event: MouseEvent) => {
    if (blocked || query.value.has("cart")) event.preventDefault();
    if (!blocked && query.value.has("cart")) go(checkout, "replace");
  };
  return (
    <div class="cart-foot">
      {quote?.fees.map((fee) => (
        <p class="sum-row" key={fee.kind}>
          <span>{fee.name}</span>
          <span class="figure">{formatMoney(fee.list, currencyOf(shop))}</span>
        </p>
      ))}
      {saved > 0 && (
        <p class="sum-row adjustment">
          <span>{t(common.cartSaved)}</span>
          <span class="figure">{formatMoney(-saved, currencyOf(shop))}</span>
        </p>
      )}
      <p class="sum-row sum-total">
        <span>{t(common.cartTotal)}</span>
        <span class="figure" aria-live="polite">{formatMoney(totalOf(shop), currencyOf(shop))}</span>
      </p>
      {blocked && <p class="field-error">{t(texts.cartFix)}</p>}
      <a class="primary" href={checkout} aria-disabled={blocked} onClick={leave}>
        {t(texts.cartCheckout)}
      </a>
    </div>
  );
}

export function CartSheet({ shop, onClose }: { shop: Shop; onClose: () => void }) {
  return (
    <Sheet title={t(texts.cartTitle)} onClose={onClose} footer={<Foot shop={shop} />}>
      <Contents shop={shop} isSheet />
    </Sheet>
  );
}

/** The cart beside the menu on wide screens. */
export function CartPanel({ shop }: { shop: Shop }) {
  return (
    <aside class="cart-panel" aria-label={t(texts.cartTitle)}>
      <h2>{t(texts.cartTitle)}</h2>
      <Contents shop={shop} />
      <Foot shop={shop} />
    </aside>
  );
}

/** Count and total at the thumb, on phones. */
export function CartBar({ shop }: { shop: Shop }) {
  const count = unitsIn(shop.cart.lines.value);
  return (
    <aside class={`cart-bar ${count > 0 ? "" : "is-empty"}`} aria-label={t(texts.cartTitle)}>
      {count > 0 && (
        <a href={paths.cart(shop.brand, shop.branch)} class="cart-bar-button">
          <span class="cart-bar-bag">
            <Icon name="bag" size={22} />
          </span>
          <span class="cart-bar-count" aria-live="polite">{t(texts.cartCount, { count })}</span>
          <span class="cart-bar-open">{t(common.cartOpen)}</span>
          <strong class="figure" aria-live="polite">{formatMoney(totalOf(shop), currencyOf(shop))}</strong>
        </a>
      )}
    </aside>
  );
}
