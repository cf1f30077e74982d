import type { Slot } from "@yizhimai/api";

/** Whatever tells slots: a branch, or a branch for one cart. */
export interface HasSlots {
  slots: readonly Slot[];
}

export interface SlotDay {
  business_day: string;
  slots: Slot[];
  /** Whether at least one slot of the day can be chosen. */
  free: boolean;
}

/** Slots by business day, past ones left out, full ones kept so that nothing disappears without a word. */
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
