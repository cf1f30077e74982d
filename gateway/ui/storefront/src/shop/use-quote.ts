import { useEffect } from "preact/hooks";
import type { CartBody, OrderBody, Problem, Quote } from "@yizhimai/api";
import { bodyLine } from "../domain/cart";
import type { Shop } from "./shop";

const SETTLE_MS = 250;

/** The cart as it would be ordered now. */
export function cartBody(shop: Shop): CartBody {
  const { method, wanted_at } = shop.draft.draft.value;
  return { method, ...(wanted_at ? { wanted_at } : {}), lines: shop.cart.lines.value.map(bodyLine) };
}

/** The cart that an order was made of. */
export function cartOf({ method, wanted_at, lines }: OrderBody): CartBody {
  return { method, ...(wanted_at ? { wanted_at } : {}), lines };
}

/** The server's price of the present cart, requested when the cart changes and when the quote expires. */
export function useQuote(shop: Shop): { quote?: Quote; problem?: Problem } {
  const body = cartBody(shop);
  const text = JSON.stringify(body);
  const quote = shop.pricing.quoteFor(body);
  const menuNumber = shop.menu.value?.menu.number;
  const outdated = quote !== undefined && menuNumber !== undefined && quote.menu_number < menuNumber;
  useEffect(() => {
    const asked = JSON.parse(text) as CartBody;
    if (asked.lines.length === 0) return undefined;
    const wait = quote && !outdated ? Math.max(SETTLE_MS, Date.parse(quote.valid_until) - Date.now()) : SETTLE_MS;
    const timer = setTimeout(() => void shop.pricing.ask(asked), wait);
    return () => clearTimeout(timer);
  }, [shop, text, quote?.hash, quote?.valid_until, outdated]);
  return { quote, problem: shop.pricing.problemFor(body) };
}
