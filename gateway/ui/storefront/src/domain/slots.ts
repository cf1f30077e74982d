import type { Quote, Slot } from "@yizhimai/api";

/** A source of slots: a branch, or a branch for one cart. */
export interface HasSlots {
  slots: readonly Slot[];
}

export interface SlotDay {
  business_day: string;
  slots: Slot[];
  /** Whether at least one slot of the day can be chosen. */
  free: boolean;
}

/** Slots by business day without past ones; full ones stay visible. */
export function slotDays(offer: HasSlots | undefined): SlotDay[] {
  const days = new Map<string, Slot[]>();
  for (const slot of offer?.slots ?? []) {
    if (slot.state === "past") continue;
    days.set(slot.business_day, [...(days.get(slot.business_day) ?? []), slot]);
  }
  return Array.from(days, ([business_day, slots]) => ({
    business_day,
    slots,
    free: slots.some((slot) => slot.state !== "full"),
  }));
}

export function findSlot(offer: HasSlots | undefined, startsAt: string | null | undefined): Slot | undefined {
  return offer?.slots.find((slot) => slot.starts_at === startsAt);
}

/** The first slot after the wanted one (or at all) that still takes orders. */
export function nextFreeSlot(offer: HasSlots | undefined, after?: string | null): Slot | undefined {
  return offer?.slots.find(
    (slot) => (slot.state === "open" || slot.state === "filling") && (!after || slot.starts_at > after),
  );
}

/** The times shown on the menu. */
export interface Offer extends HasSlots {
  promised_at?: string | null;
}

/**
 * The branch's slots, and on `day` as full as they are for the cart. On other days its slots say
 * 已滿 too where only a dish is missing; the choice stays open there, and the line says what is wrong.
 */
export function browsingOffer(branch: Offer, cart: Offer, day: string | undefined, today: string | undefined): Offer {
  const full = new Set(cart.slots.filter((slot) => slot.state === "full" && slot.business_day === day).map((slot) => slot.starts_at));
  const slots = branch.slots.map((slot) => (full.has(slot.starts_at) ? { ...slot, state: "full" as const } : slot));
  return { slots, promised_at: day !== undefined && day === today ? cart.promised_at : branch.promised_at };
}

/** Whether the time of a quote no longer agrees with its cart's slots; a sooner promise changes nothing. */
export function outdatedByTime(quote: Pick<Quote, "promised_at" | "warnings">, offer: Offer, wanted: string | null): boolean {
  if (wanted !== null) {
    const state = findSlot(offer, wanted)?.state;
    return state !== undefined && (state === "full") !== quote.warnings.some(({ reason }) => reason === "SLOT_FULL");
  }
  if (!offer.promised_at || !quote.promised_at) return Boolean(offer.promised_at) !== Boolean(quote.promised_at);
  return Date.parse(offer.promised_at) > Date.parse(quote.promised_at);
}
