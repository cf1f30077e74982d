import type { MenuProduct } from "@yizhimai/api";
import { formatAmount, formatMoney } from "@yizhimai/kit";
import { unitsOfProduct } from "../../domain/cart";
import type { MenuIndex } from "../../domain/menu-index";
import { canHave, productState, type ProductState, type Stock } from "../../domain/stock";
import { pausedText } from "../../lib/paused-text";
import { productName } from "../../lib/product-name";
import { paths } from "../../lib/router";
import { Icon } from "../../parts/icon";
import type { Shop } from "../../shop/shop";
import { t } from "../../text";
import { texts } from "./texts";

/** Up to this many prices are shown side by side. */
const BOARD = 3;

function stateText(state: ProductState, stock: Stock, timeZone: string, otherDays: boolean): string | undefined {
  if (state.kind === "sold_out") return t(otherDays ? texts.soldOutDay : texts.soldOut);
  if (state.kind === "paused") return pausedText(state, stock, timeZone);
  if (state.kind === "lacks_option") return t(texts.lacksOption, { group: state.group });
  return state.left === undefined ? undefined : t(texts.left, { count: state.left });
}

function Prices({ shop, product, currency }: { shop: Shop; product: MenuProduct; currency: string }) {
  const { variants } = product;
  const cheapest = Math.min(...variants.map((variant) => variant.price));
  if (variants.length === 1) return <span class="price">{formatMoney(cheapest, currency)}</span>;
  if (variants.length > BOARD) return <span class="price">{t(texts.from, { price: formatMoney(cheapest, currency) })}</span>;
  return (
    <span class="board">
      {variants.map((variant) => (
        <span key={variant.variant_id} class={canHave(shop.stock.value, "variant", variant.variant_id) ? "board-cell" : "board-cell is-out"}>
          <span class="board-name">{variant.name}</span>
          <span class="board-price">{formatAmount(variant.price, currency)}</span>
        </span>
      ))}
    </span>
  );
}

/** A product with its description and prices, or the reason why it is not available. */
export function ProductRow({ shop, index, product }: { shop: Shop; index: MenuIndex; product: MenuProduct }) {
  const state = productState(index, product, shop.stock.value);
  const inCart = unitsOfProduct(shop.cart.lines.value, product.product_id);
  const text = stateText(state, shop.stock.value, shop.timeZone.value, shop.otherDays.value.length > 0);
  const name = productName(product);
  return (
    <li>
      <a class={`product ${state.kind === "sellable" ? "" : "is-out"}`} href={paths.item(shop.brand, shop.branch, product.product_id)}>
        <span class="product-text">
          <span class="product-name">{name}</span>
          {name !== product.name && <span class="product-more">{product.name}</span>}
          {product.description && <span class="product-more">{product.description}</span>}
          {text && <span class={`tag ${state.kind === "sellable" ? "tag-warn" : "tag-out"}`}>{text}</span>}
        </span>
        <Prices shop={shop} product={product} currency={index.menu.brand.currency} />
        <span class={`add ${inCart > 0 ? "has-some" : ""}`}>
          {inCart > 0 ? (
            <>
              <span aria-hidden="true">{inCart}</span>
              <span class="unseen">{t(texts.inCart, { count: inCart })}</span>
            </>
          ) : (
            state.kind === "sellable" && <Icon name="plus" size={18} />
          )}
        </span>
      </a>
    </li>
  );
}
