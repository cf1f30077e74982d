import type { Availability } from "@yizhimai/api";
import { findSlot, nextFreeSlot } from "./slots";

/** When an order is wanted, as far as the branch still offers it. */
export interface Wanted {
  /** Start of the slot; null for as soon as possible. */
  starts_at: string | null;
  /** Business day of the slot. */
  business_day?: string;
  /** What was chosen is over or full: until another time is chosen, what holds now is shown. */
  missed?: "SLOT_PAST" | "SLOT_FULL";
}

/** Whether the branch takes orders at this moment, though perhaps for later only. */
export function takesOrders({ state }: Pick<Availability, "state">): boolean {
  return state === "open";
}

/** Nothing was chosen: as soon as possible, or the first slot where that cannot be had. */
function soonest(availability: Availability): Wanted {
  if (takesOrders(availability) && availability.promised_at) return { starts_at: null };
  const first = nextFreeSlot(availability);
  return first ? { starts_at: first.starts_at, business_day: first.business_day } : { starts_at: null };
}

/** Checks a chosen time with the slots of the branch; it is accepted until these are known. */
export function wantedOf(availability: Availability | undefined, chosen: string | null, now: Date): Wanted {
  if (!availability) return { starts_at: chosen };
  if (chosen === null) return soonest(availability);
  const slot = findSlot(availability, chosen);
  if (!slot || slot.state === "past" || Date.parse(chosen) <= now.getTime()) return { ...soonest(availability), missed: "SLOT_PAST" };
  const { starts_at, business_day, state } = slot;
  return { starts_at, business_day, ...(state === "full" ? { missed: "SLOT_FULL" as const } : {}) };
}

/** The day whose stock is requested; undefined for today. */
export function dayToAsk(wanted: Wanted, today: string | undefined): string | undefined {
  return wanted.business_day === today ? undefined : wanted.business_day;
}
