import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import type { Availability } from "@yizhimai/api";
import { newDraft, type Draft } from "../domain/draft";
import { isSoldOut } from "../domain/stock";
import { followOffer } from "./offer";

const NOON = "2026-11-25T04:00:00Z";
const TOMORROW_NOON = "2026-11-26T04:00:00Z";
const left: Record<string, number> = { "2026-11-25": 0, "2026-11-26": 20 };

const slots = [
  { starts_at: NOON, business_day: "2026-11-25", state: "open" },
  { starts_at: TOMORROW_NOON, business_day: "2026-11-26", state: "open" },
  { starts_at: "2026-11-27T04:00:00Z", business_day: "2026-11-27", state: "full" },
];

function availability(stock_day: string, change: Partial<Availability> = {}): Availability {
  return {
    state: "open", promised_at: "2026-11-25T03:45:00Z", pauses: [], slots, stock_day,
    skus: [{ sku_id: "cake", available: left[stock_day] ?? 0, show_last: 5 }], ...change,
  } as unknown as Availability;
}

/** A branch whose answers come when the test says so, each for the day it was asked for. */
function shop(change: Partial<Availability> = {}, drafted: Partial<Draft> = {}) {
  const draft = signal<Draft>({ ...newDraft("k", { name: "", phone: "" }), ...drafted });
  const now = signal(new Date("2026-11-25T03:30:00Z"));
  const waiting: { day?: string; method: string; answer: () => Promise<void> }[] = [];
  const offer = followOffer(
    (method, day) =>
      new Promise((resolve) => {
        const answer = async () => {
          resolve(availability(day ?? "2026-11-25", change));
          // Three turns: the answer, what takes it over, and what that has asked in turn.
          for (let turn = 0; turn < 3; turn += 1) await Promise.resolve();
        };
        waiting.push({ method, ...(day ? { day } : {}), answer });
      }),
    draft, now,
  );
  void offer.refresh();
  const asked = () => waiting.map(({ method, day }) => (day ? `${method} ${day}` : method));
  return { draft, now, offer, asked, answer: (at: number) => waiting[at]!.answer() };
}

describe("the stock shown", () => {
  it("is today's for as soon as possible and for a slot of today", async () => {
    const { draft, offer, asked, answer } = shop();
    await answer(0);
    expect(isSoldOut(offer.stock.value, "cake")).toBe(true);
    draft.value = { ...draft.value, wanted_at: NOON };
    expect(isSoldOut(offer.stock.value, "cake")).toBe(true);
    expect(asked()).toEqual(["pickup"]);
  });

  it("is asked for the day of the slot, and today's 售完 is not shown as that day's meanwhile", async () => {
    const { draft, offer, asked, answer } = shop();
    await answer(0);
    draft.value = { ...draft.value, wanted_at: TOMORROW_NOON };
    expect(asked()).toEqual(["pickup", "pickup 2026-11-26"]);
    expect([isSoldOut(offer.stock.value, "cake"), offer.stock.value.day]).toEqual([false, undefined]);
    await answer(1);
    expect([offer.stock.value.get("cake"), offer.stock.value.day]).toEqual([20, "2026-11-26"]);
  });

  it("never is the answer for a day that is no longer wanted", async () => {
    const { draft, offer, asked, answer } = shop();
    await answer(0);
    draft.value = { ...draft.value, wanted_at: TOMORROW_NOON };
    draft.value = { ...draft.value, wanted_at: null };
    expect(asked()).toEqual(["pickup", "pickup 2026-11-26", "pickup"]);
    await answer(2);
    await answer(1);
    expect([offer.stock.value.get("cake"), offer.stock.value.day]).toEqual([0, "2026-11-25"]);
  });

  it("is that of the first slot while nothing can be had as soon as possible", async () => {
    const closed = { state: "outside_hours", promised_at: null, slots: slots.slice(1) } as Partial<Availability>;
    const { offer, asked, answer } = shop(closed);
    await answer(0);
    expect(asked()).toEqual(["pickup", "pickup 2026-11-26"]);
    await answer(1);
    expect([offer.wanted.value.starts_at, offer.stock.value.get("cake")]).toEqual([TOMORROW_NOON, 20]);
  });

  it("of a stored draft is asked once its slots are known, and is today's again when the time is over", async () => {
    const { draft, now, offer, asked, answer } = shop({}, { wanted_at: TOMORROW_NOON });
    await answer(0);
    await answer(1);
    expect(asked()).toEqual(["pickup", "pickup 2026-11-26"]);
    draft.value = { ...draft.value, wanted_at: NOON };
    await answer(2);
    now.value = new Date("2026-11-25T04:00:30Z");
    expect([offer.wanted.value, offer.stock.value.day]).toEqual([{ starts_at: null, missed: "SLOT_PAST" }, "2026-11-25"]);
  });

  it("is asked anew for another method, whose answer the former one's does not replace", async () => {
    const { draft, offer, asked, answer } = shop();
    draft.value = { ...draft.value, method: "on_site" };
    await answer(1);
    expect(asked()).toEqual(["pickup", "on_site"]);
    const shown = offer.availability.value;
    await answer(0);
    expect(offer.availability.value).toBe(shown);
  });

  it("can be looked up for the other days that still take orders", async () => {
    const { offer, answer } = shop();
    await answer(0);
    const [tomorrow, ...more] = offer.otherDays.value;
    expect([tomorrow?.business_day, more]).toEqual(["2026-11-26", []]);
    const looked = offer.stockOn(tomorrow!);
    await answer(1);
    expect((await looked).get("cake")).toBe(20);
    expect(offer.stock.value.day).toBe("2026-11-25");
  });
});
