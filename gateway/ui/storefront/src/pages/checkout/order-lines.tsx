import type { Quote } from "@yizhimai/api";
import { formatMoney } from "@yizhimai/kit";
import { estimate, type CartLine } from "../../domain/cart";
import { blocks, changesOf } from "../../domain/changes";
import type { FieldRefusal } from "../../domain/draft";
import { atLine } from "../../domain/refusals";
import { lineName } from "../../lib/product-name";
import { go, paths, signInPath } from "../../lib/router";
import { Beside } from "../../parts/lazy";
import { LineChanges } from "../../parts/line-changes";
import { Notice } from "../../parts/notice";
import type { Shop } from "../../shop/shop";
import { t } from "../../text";
import { sentence } from "../../lib/sentence";
import { common } from "../../text/common";
import { benefits } from "../benefits/later";
import { texts } from "./texts";

interface LineProps {
  shop: Shop;
  line: CartLine;
  number: number;
  quote?: Quote;
  refusals: readonly FieldRefusal[];
}

function remedy(shop: Shop, line: CartLine, refusal: FieldRefusal): { label: string; onClick: () => void } {
  if (refusal.reason === "NEEDS_LOGIN") return { label: t(common.memberSignIn), onClick: () => go(signInPath()) };
  const left = Number(refusal.params?.left ?? Number.NaN);
  if (left > 0 && left < line.quantity) {
    return { label: t(common.checkoutSetTo, { count: left }), onClick: () => shop.cart.setQuantity(line.line_id, left) };
  }
  return { label: t(common.checkoutRemove), onClick: () => shop.cart.setQuantity(line.line_id, 0) };
}

function Line({ shop, line, number, quote, refusals }: LineProps) {
  const index = shop.menu.value;
  const currency = index?.menu.brand.currency ?? "TWD";
  const priced = quote?.lines[number];
  const blocked = index !== undefined && changesOf(line, shop.cart.lines.value, index, shop.stock.value).some(blocks);
  return (
    <li class="cart-line">
      <div class="cart-line-text">
        <span class="cart-line-name">
          {lineName(shop, line)} <span class="times">×{line.quantity}</span>
        </span>
        {line.seen.detail && <span class="soft">{line.seen.detail}</span>}
        {line.note && <span class="note">「{line.note}」</span>}
        {priced && <Beside of={benefits}>{({ LineBenefits }) => <LineBenefits line={priced} currency={currency} />}</Beside>}
      </div>
      <div class="cart-line-amount">
        <span class="price">{formatMoney(priced?.net ?? estimate(index, [line]), currency)}</span>
        <a class="text-button" href={paths.item(shop.brand, shop.branch, line.product_id, line.line_id)} aria-label={t(common.cartEdit, { name: lineName(shop, line) })}>
          {t(texts.edit)}
        </a>
      </div>
      <div class="cart-line-end">
        <LineChanges shop={shop} line={line} />
        {!blocked &&
          refusals.map((refusal) => (
            <div class="is-refused" tabIndex={-1} key={refusal.reason}>
              <Notice tone="bad" action={remedy(shop, line, refusal)}>
                {sentence(refusal, shop.timeZone.value)}
              </Notice>
            </div>
          ))}
      </div>
    </li>
  );
}

/** The lines with their total; a refused line shows why and a remedy. */
export function OrderLines({ shop, quote, refusals }: { shop: Shop; quote?: Quote; refusals: readonly FieldRefusal[] }) {
  const lines = shop.cart.lines.value;
  const currency = shop.menu.value?.menu.brand.currency ?? "TWD";
  const discounts = quote?.benefits;
  const before = quote ? quote.list_total + quote.fees.reduce((sum, fee) => sum + fee.list, 0) : 0;
  return (
    <section class="card checkout-lines" aria-labelledby="checkout-lines">
      <h2 id="checkout-lines">{t(common.checkoutItems)}</h2>
      <ul class="cart-lines">
        {lines.map((line, number) => (
          <Line key={line.line_id} shop={shop} line={line} number={number} quote={quote} refusals={atLine(refusals, number)} />
        ))}
      </ul>
      <div class="sums" aria-live="polite">
        <p class="sum-row">
          <span>{t(texts.cartSubtotal)}</span>
          <span class="figure">{formatMoney(quote?.list_total ?? estimate(shop.menu.value, lines), currency)}</span>
        </p>
        {quote?.fees.map((fee) => (
          <p class="sum-row" key={fee.kind}>
            <span>{fee.name}</span>
            <span class="figure">{formatMoney(fee.list, currency)}</span>
          </p>
        ))}
        {discounts && <Beside of={benefits}>{({ DiscountRows }) => <DiscountRows benefits={discounts} currency={currency} />}</Beside>}
        <p class="sum-row sum-total">
          <span>{t(common.cartTotal)}</span>
          <span class="figure">
            {quote && before > quote.total && <del class="soft">{formatMoney(before, currency)}</del>} {formatMoney(quote?.total ?? estimate(shop.menu.value, lines), currency)}
          </span>
        </p>
      </div>
    </section>
  );
}
