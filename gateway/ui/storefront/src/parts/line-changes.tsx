import { dayName, formatMoney } from "@yizhimai/kit";
import { describe, type CartLine } from "../domain/cart";
import { changesOf, type LineChange } from "../domain/changes";
import type { MenuIndex } from "../domain/menu-index";
import type { Shop } from "../shop/shop";
import { locale, t } from "../text";
import { pausedText } from "../lib/paused-text";
import { common } from "../text/common";
import { Notice } from "./notice";

function sentence(change: LineChange, { menu }: MenuIndex, { stock: { value: stock }, today: { value: today }, timeZone }: Shop): string {
  const { currency } = menu.brand;
  if (change.kind === "price") {
    const gap = Math.abs(change.to - change.from);
    const price = formatMoney(change.to, currency);
    return change.to > change.from ? t(common.cartPriceUp, { gap, price }) : t(common.cartPriceDown, { gap, price });
  }
  if (change.kind === "gone") return t(common.cartGone);
  if (change.kind === "option_gone") return t(common.cartOptionGone);
  if (change.kind === "sold_out") {
    if (!today || !stock.day || stock.day === today) return t(common.cartSoldOut, { name: change.name });
    return t(common.cartSoldOutDay, { name: change.name, day: dayName(stock.day, today, locale.value) });
  }
  if (change.kind === "paused") return t(common.cartPaused, { what: pausedText(change, stock, timeZone.value) });
  return t(common.cartFew, { name: change.name, left: change.left });
}

/** Changes of a line since it was added to the cart, each with its remedy. */
export function LineChanges({ shop, line }: { shop: Shop; line: CartLine }) {
  const index = shop.menu.value;
  if (!index) return null;
  const remedy = (change: LineChange) => {
    if (change.kind === "price") {
      const seen = { ...line.seen, detail: describe(index, line), unit: change.to };
      const lines = shop.cart.lines.value.map((other) => (other.line_id === line.line_id ? { ...other, seen } : other));
      return { label: t(common.cartAcknowledge), onClick: () => shop.cart.replace(lines) };
    }
    if (change.kind === "gone" || (change.kind === "paused" && change.name === line.seen.name)) return { label: t(common.checkoutRemove), onClick: () => shop.cart.setQuantity(line.line_id, 0) };
    if (change.kind === "few" && change.name === line.seen.name) {
      return { label: t(common.checkoutSetTo, { count: change.left }), onClick: () => shop.cart.setQuantity(line.line_id, change.left) };
    }
    return undefined;
  };
  return (
    <div class="line-changes">
      {changesOf(line, shop.cart.lines.value, index, shop.stock.value).map((change) => (
        <Notice key={change.kind} tone={change.kind === "price" ? "warn" : "bad"} action={remedy(change)}>
          {sentence(change, index, shop)}
        </Notice>
      ))}
    </div>
  );
}
