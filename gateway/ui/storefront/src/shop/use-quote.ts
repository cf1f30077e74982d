import { useEffect } from "preact/hooks";
import type { CartBody, OrderBody, Problem, Quote } from "@yizhimai/api";
import { mobileE164 } from "@yizhimai/kit";
import { bodyLine } from "../domain/cart";
import { enteredBody } from "../domain/entered";
import type { Asker } from "./pricing";
import type { Shop } from "./shop";

const SETTLE_MS = 250;

/** The cart as it would be ordered now. */
export function cartBody(shop: Shop): CartBody {
  const draft = shop.draft.draft.value;
  const { method, wanted_at } = draft;
  return cartOf({ method, wanted_at, lines: shop.cart.lines.value.map(bodyLine), entered: enteredBody(draft) });
}

/** The cart that an order was made of. */
export function cartOf({ method, wanted_at, lines, entered }: Pick<OrderBody, "method" | "wanted_at" | "lines" | "entered">): CartBody {
  return { method, ...(wanted_at ? { wanted_at } : {}), lines, ...(entered ? { entered } : {}) };
}

/** Who is ordering. */
export function askerOf(shop: Shop): Asker {
  const member = shop.member.me.value?.member_id;
  const { entered, phone } = shop.draft.draft.value;
  return member || !entered?.codes.length ? { member } : { contact_phone: mobileE164(phone) };
}

/** Requests the price of the present cart. */
export function askPrice(shop: Shop): void {
  void shop.pricing.ask(cartBody(shop), askerOf(shop));
}

/** The server's price of the present cart, requested when the cart or the customer changes and when the quote expires. */
export function useQuote(shop: Shop): { quote?: Quote; problem?: Problem } {
  const body = cartBody(shop);
  const asker = askerOf(shop);
  const quote = shop.pricing.quoteFor(body);
  const menuNumber = shop.menu.value?.menu.number;
  const outdated = quote !== undefined && menuNumber !== undefined && quote.menu_number < menuNumber;
  const isCurrent = !outdated && shop.pricing.isFor(asker);
  useEffect(() => {
    if (body.lines.length === 0) return undefined;
    const wait = quote && isCurrent ? Math.max(SETTLE_MS, Date.parse(quote.valid_until) - Date.now()) : SETTLE_MS;
    const timer = setTimeout(() => askPrice(shop), wait);
    return () => clearTimeout(timer);
  }, [shop, JSON.stringify(body), JSON.stringify(asker), quote?.hash, quote?.valid_until, isCurrent]);
  return { quote, problem: shop.pricing.problemFor(body) };
}
