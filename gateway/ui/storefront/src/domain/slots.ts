import type { Availability, Slot } from "@yizhimai/api";

export interface SlotDay {
  business_day: string;
  slots: Slot[];
  /** Whether at least one slot of the day can be chosen. */
  free: boolean;
}

/** Slots by business day, past ones left out, full ones kept so that nothing disappears without a word. */
export function slotDays(availability: Availability | undefined): SlotDay[] {
  const days = new Map<string, Slot[]>();
  for (const slot of availability?.slots ?? []) {
    if (slot.state === "past") continue;
    days.set(slot.business_day, [...(days.get(slot.business_day) ?? []), slot]);
  }
  return Array.from(days, ([business_day, slots]) => ({
    business_day,
    slots,
    free: slots.some((slot) => slot.state !== "full"),
  }));
}

export function findSlot(availability: Availability | undefined, startsAt: string | null | undefined): Slot | undefined {
  return availability?.slots.find((slot) => slot.starts_at === startsAt);
}

/** The first slot after the wanted one (or at all) that still takes orders. */
export function nextFreeSlot(availability: Availability | undefined, after?: string | null): Slot | undefined {
  return availability?.slots.find(
    (slot) => (slot.state === "open" || slot.state === "filling") && (!after || slot.starts_at > after),
  );
}
