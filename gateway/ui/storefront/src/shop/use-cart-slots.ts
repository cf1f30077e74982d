import { useEffect, useRef } from "preact/hooks";
import type { SlotsBody } from "@yizhimai/api";
import { bodyLine } from "../domain/cart";
import { blocks, changesOf } from "../domain/changes";
import { browsingOffer, type Offer } from "../domain/slots";
import type { Shop } from "./shop";

const SETTLE_MS = 250;
/** However often the branch changes, so far apart are the questions; what is shown is never older than that and an answer. */
const APART_MS = 1_500;

function slotsBody(shop: Shop): SlotsBody {
  return { method: shop.draft.draft.value.method, lines: shop.cart.lines.value.map(bodyLine) };
}

export interface ShownSlots extends Offer {
  /** They are those of exactly this cart; else those of the branch, or of the cart as it was a moment ago. */
  exact: boolean;
}

/** Slots for the present cart: asked when it changes and when the branch says that something has. */
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
  // For an empty cart the branch's own slots are the answer.
  const empty = body.lines.length === 0;
  const shown = empty ? availability : (latest.value ?? availability);
  return shown && { slots: shown.slots, promised_at: shown.promised_at, exact: empty || knows(body) };
}

/** Slots to choose from while the menu is read: a dish that a day does not have closes none of them. */
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
