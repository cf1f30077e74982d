import { newIdempotencyKey, type Quote } from "@yizhimai/api";
import { formatMoney } from "@yizhimai/kit";
import type { Offer } from "../../api/benefits";
import { describe, unitPrice, unitsIn } from "../../domain/cart";
import { initialChoice, isSatisfied } from "../../domain/options";
import { canHave, productState } from "../../domain/stock";
import { productName } from "../../lib/product-name";
import { go, paths } from "../../lib/router";
import type { Shop } from "../../shop/shop";
import { t } from "../../text";
import { texts } from "./texts";

/** Puts what is offered into the cart; what has something to choose opens first. */
function add(shop: Shop, { rule_id, product_id, variant_id }: Offer): void {
  const index = shop.menu.value;
  const product = index?.products.get(product_id);
  if (!index || !product) return;
  const groups = index.groupsOf(product);
  const choice = initialChoice(groups, (skuId) => !canHave(shop.stock.value, "option", skuId));
  if (groups.some((group) => !isSatisfied(group, choice))) {
    go(`${paths.item(shop.brand, shop.branch, product_id)}&variant=${variant_id}&offer=${rule_id}`);
    return;
  }
  const line = { product_id, variant_id, choice };
  const seen = { name: product.name, detail: describe(index, line), unit: unitPrice(index, line) ?? 0 };
  shop.cart.put({ ...line, line_id: newIdempotencyKey(), quantity: 1, note: "", offered_by: rule_id, seen });
}

/** 加價購 that the cart does not have yet and the shop can make. */
export function Offers({ shop, quote }: { shop: Shop; quote: Quote }) {
  const index = shop.menu.value;
  const lines = shop.cart.lines.value;
  const offers = quote.offers.flatMap((offer) => {
    const product = index?.products.get(offer.product_id);
    if (!index || !product || productState(index, product, shop.stock.value).kind !== "sellable" || !canHave(shop.stock.value, "variant", offer.variant_id)) return [];
    const isFull = unitsIn(lines.filter(({ offered_by, variant_id }) => offered_by === offer.rule_id && variant_id === offer.variant_id)) >= offer.most;
    const variant = product.variants.length > 1 ? product.variants.find(({ variant_id }) => variant_id === offer.variant_id)?.name : undefined;
    return isFull ? [] : [{ offer, name: variant ? t(texts.bracketed, { what: productName(product), more: variant }) : productName(product) }];
  });
  if (offers.length === 0) return null;
  return (
    <div class="proposals">
      <h3>{t(texts.offers)}</h3>
      <ul>
        {offers.map(({ offer, name }) => (
          <li class="proposal" key={`${offer.rule_id} ${offer.variant_id}`}>
            <div class="entered-text">
              <strong>{name}</strong>
              <span class="soft">{t(texts.offerPrice, { price: formatMoney(offer.price, quote.currency), list: formatMoney(offer.list, quote.currency) })}</span>
            </div>
            <button type="button" class="secondary" aria-label={t(texts.offerAdd, { name })} onClick={() => add(shop, offer)}>
              {t(texts.offerAddShort)}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
