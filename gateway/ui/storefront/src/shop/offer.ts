import { batch, computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import type { Availability, Method } from "@yizhimai/api";
import type { Draft } from "../domain/draft";
import { slotDays, type SlotDay } from "../domain/slots";
import { stockOf, type Stock } from "../domain/stock";
import { dayToAsk, wantedOf, type Wanted } from "../domain/wanted";

/** What a branch has for the method and the time of a draft, kept up with both. */
export interface Offered {
  availability: ReadonlySignal<Availability | undefined>;
  /** When the order is wanted, by the draft and by what the branch offers. */
  wanted: ReadonlySignal<Wanted>;
  /** Zone of the branch, as it says itself; Taiwan's until it has. */
  timeZone: ReadonlySignal<string>;
  /** The branch's present business day, as it says itself. */
  today: ReadonlySignal<string | undefined>;
  /** What is left for the time wanted. */
  stock: ReadonlySignal<Stock>;
  /** The other days on which an order could still be had. */
  otherDays: ReadonlySignal<readonly SlotDay[]>;
  /** What is left on another day, by its first slot that is free. */
  stockOn: (day: SlotDay) => Promise<Stock>;
  /** Asks for what holds now; the answer to a question that is no longer asked is thrown away. */
  refresh: () => Promise<Availability>;
  close: () => void;
}

/** Asks a branch; `day` names the business day whose stock is answered, today's without. */
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
