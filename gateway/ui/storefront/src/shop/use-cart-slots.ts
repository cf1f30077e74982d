import { useEffect, useRef } from "preact/hooks";
import type { SlotsBody } from "@yizhimai/api";
import { bodyLine } from "../domain/cart";
import { blocks, changesOf } from "../domain/changes";
import { browsingOffer, type Offer } from "../domain/slots";
import type { Shop } from "./shop";

const SETTLE_MS = 250;
/** Minimum interval of requests, however often the branch changes. */
const APART_MS = 1_500;

function slotsBody(shop: Shop): SlotsBody {
  return { method: shop.draft.draft.value.method, lines: shop.cart.lines.value.map(bodyLine) };
}

export interface ShownSlots extends Offer {
  /** They are of exactly this cart, not of the branch or of an earlier state of the cart. */
  exact: boolean;
}

/** Slots for the present cart, requested when the cart or the branch changes. */
export function useCartSlots(shop: Shop): ShownSlots | undefined {
  const body = slotsBody(shop);
  const text = JSON.stringify(body);
  const { latest, knows, ask } = shop.cartSlots;
  const availability = shop.availability.value;
  const askedAt = useRef(0);
  useEffect(() => {
    const asked = JSON.parse(text) as SlotsBody;
    if (asked.lines.length === 0) return undefined;
    const wait = knows(asked) ? Math.max(0, askedAt.current + APART_MS - Date.now()) : SETTLE_MS;
    const timer = setTimeout(() => {
      askedAt.current = Date.now();
      void ask(asked);
    }, wait);
    return () => clearTimeout(timer);
  }, [ask, knows, text, availability?.as_of]);
  // An empty cart has the branch's own slots.
  const empty = body.lines.length === 0;
  const shown = empty ? availability : (latest.value ?? availability);
  return shown && { slots: shown.slots, promised_at: shown.promised_at, exact: empty || knows(body) };
}

/** Slots to choose from on the menu: a dish that a day does not have does not close them. */
export function useBrowsingSlots(shop: Shop): ShownSlots | undefined {
  const ofCart = useCartSlots(shop);
  const availability = shop.availability.value;
  const index = shop.menu.value;
  if (!availability || !ofCart) return undefined;
  const lines = shop.cart.lines.value;
  const stock = shop.stock.value;
  const allThere = index !== undefined && !lines.some((line) => changesOf(line, lines, index, stock).some(blocks));
  return { ...browsingOffer(availability, ofCart, allThere ? stock.day : undefined, shop.today.value), exact: ofCart.exact };
}
