import { batch, computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import type { Availability, Method } from "@yizhimai/api";
import type { Draft } from "../domain/draft";
import { slotDays, type SlotDay } from "../domain/slots";
import { stockOf, type Stock } from "../domain/stock";
import { dayToAsk, wantedOf, type Wanted } from "../domain/wanted";

/** What a branch offers for the method and time of a draft; follows both. */
export interface Offered {
  availability: ReadonlySignal<Availability | undefined>;
  /** When the order is wanted, by the draft and by what the branch offers. */
  wanted: ReadonlySignal<Wanted>;
  /** Time zone of the branch; Taiwan's until it is known. */
  timeZone: ReadonlySignal<string>;
  /** The branch's present business day. */
  today: ReadonlySignal<string | undefined>;
  /** What is left for the time wanted. */
  stock: ReadonlySignal<Stock>;
  /** The other days that still take orders. */
  otherDays: ReadonlySignal<readonly SlotDay[]>;
  /** Stock of another day, at its first free slot. */
  stockOn: (day: SlotDay) => Promise<Stock>;
  /** Requests the present state; the response to an outdated request is ignored. */
  refresh: () => Promise<Availability>;
  close: () => void;
}

/** Requests the availability of a branch with the stock of a business day; today's without `day`. */
export type AskAvailability = (method: Method, day: string | undefined) => Promise<Availability>;

export function followOffer(ask: AskAvailability, draft: ReadonlySignal<Draft>, now: ReadonlySignal<Date>): Offered {
  const availability = signal<Availability | undefined>();
  const today = signal<string | undefined>();
  const wanted = computed(() => wantedOf(availability.value, draft.value.wanted_at, now.value));
  const otherDay = computed(() => dayToAsk(wanted.value, today.value));
  const day = computed(() => otherDay.value ?? today.value);
  // Each method has hours of its own, each day a stock of its own.
  const question = computed(() => `${draft.value.method} ${otherDay.value ?? ""}`);

  async function refresh(): Promise<Availability> {
    const asked = question.peek();
    const named = otherDay.peek();
    const fresh = await ask(draft.peek().method, named);
    batch(() => {
      if (question.peek() !== asked) return;
      availability.value = fresh;
      if (!named) today.value = fresh.stock_day;
    });
    return fresh;
  }

  let followed = question.peek();
  const close = effect(() => {
    if (question.value === followed) return;
    followed = question.value;
    refresh().catch(() => undefined);
  });

  return {
    availability, wanted, today, refresh, close,
    timeZone: computed(() => availability.value?.time_zone ?? "Asia/Taipei"),
    stock: computed(() => {
      const { starts_at } = wanted.value;
      return stockOf(availability.value, starts_at === null ? now.value : new Date(starts_at), day.value);
    }),
    otherDays: computed(() => slotDays(availability.value).filter(({ business_day, free }) => free && business_day !== day.value)),
    stockOn: async ({ business_day, slots }) => {
      const starts_at = slots.find((slot) => slot.state !== "full")?.starts_at;
      const answer = await ask(draft.peek().method, business_day);
      return stockOf(answer, starts_at ? new Date(starts_at) : now.peek(), business_day);
    },
  };
}
