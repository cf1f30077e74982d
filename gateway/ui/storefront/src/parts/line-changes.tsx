import { dayName, formatMoney } from "@yizhimai/kit";
import { describe, type CartLine } from "../domain/cart";
import { changesOf, type LineChange } from "../domain/changes";
import type { MenuIndex } from "../domain/menu-index";
import type { Shop } from "../shop/shop";
import { locale, t } from "../text";
import { pausedText } from "../lib/paused-text";
import { Notice } from "./notice";

function sentence(change: LineChange, { menu }: MenuIndex, { stock: { value: stock }, today: { value: today }, timeZone }: Shop): string {
  const { currency } = menu.brand;
  if (change.kind === "price") {
    const gap = Math.abs(change.to - change.from);
    const price = formatMoney(change.to, currency);
    return change.to > change.from ? t("cart.price_up", { gap, price }) : t("cart.price_down", { gap, price });
  }
  if (change.kind === "gone") return t("cart.gone");
  if (change.kind === "option_gone") return t("cart.option_gone");
  if (change.kind === "sold_out") {
    if (!today || !stock.day || stock.day === today) return t("cart.sold_out", { name: change.name });
    return t("cart.sold_out_day", { name: change.name, day: dayName(stock.day, today, locale.value) });
  }
  if (change.kind === "paused") return t("cart.paused", { what: pausedText(change, stock, timeZone.value) });
  return t("cart.few", { name: change.name, left: change.left });
}

/** What has become of a line since it was put in the cart, each with what mends it. */
export function LineChanges({ shop, line }: { shop: Shop; line: CartLine }) {
  const index = shop.menu.value;
  if (!index) return null;
  const mend = (change: LineChange) => {
    if (change.kind === "price") {
      const seen = { ...line.seen, detail: describe(index, line), unit: change.to };
      const lines = shop.cart.lines.value.map((other) => (other.line_id === line.line_id ? { ...other, seen } : other));
      return { label: t("cart.acknowledge"), onClick: () => shop.cart.replace(lines) };
    }
    if (change.kind === "gone" || (change.kind === "paused" && change.name === line.seen.name)) return { label: t("checkout.remove"), onClick: () => shop.cart.setQuantity(line.line_id, 0) };
    if (change.kind === "few" && change.name === line.seen.name) {
      return { label: t("checkout.set_to", { count: change.left }), onClick: () => shop.cart.setQuantity(line.line_id, change.left) };
    }
    return undefined;
  };
  return (
    <div class="line-changes">
      {changesOf(line, shop.cart.lines.value, index, shop.stock.value).map((change) => (
        <Notice key={change.kind} tone={change.kind === "price" ? "warn" : "bad"} action={mend(change)}>
          {sentence(change, index, shop)}
        </Notice>
      ))}
    </div>
  );
}
