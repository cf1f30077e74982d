import { describe, expect, it } from "vitest";
import type { Availability, Order } from "@yizhimai/api";
import { blocks, changesOf, differencesOf } from "./changes";
import { asksAgainByItself, draftRefusals, graphemes, newDraft, resumed, sending, settled } from "./draft";
import { index, line, withTeaAt } from "./fixture";
import { refusalsOf, spotOf } from "./refusals";
import { reorder } from "./reorder";
import { browsingOffer, nextFreeSlot, outdatedByTime, slotDays } from "./slots";
import { fewLeft, noStock, productState, returnTime, stockOf, type Stock } from "./stock";
import { dayToAsk, wantedOf } from "./wanted";

const tea = index.products.get("tea");

describe("a line after the menu or the stock has changed", () => {
  it("reports a new price", () => {
    expect(changesOf(line(), [line()], withTeaAt(40), noStock)).toEqual([{ kind: "price", from: 35, to: 40 }]);
  });

  it("reports what is gone", () => {
    expect(changesOf(line({ variant_id: "x" }), [], index, noStock)).toEqual([{ kind: "gone" }]);
    expect(changesOf(line({ choice: { half: 1, gone: 1 } }), [], index, noStock)).toEqual([{ kind: "option_gone" }]);
  });

  it("counts the same thing in several lines together", () => {
    const lines = [line({ choice: { half: 1, pearl: 2 }, seen: { name: "", detail: "", unit: 45 } }), line({ line_id: "b", choice: { half: 1, pearl: 2 }, note: "x" })];
    const [first] = lines;
    expect(changesOf(first!, lines, index, new Map([["pearl", 3]]))).toEqual([{ kind: "few", name: "pearl", left: 3 }]);
    expect(changesOf(first!, lines, index, new Map([["pearl", 0]]))[0]?.kind).toBe("sold_out");
  });
});

describe("what can be had", () => {
  it("is sold out only when no variant is left", () => {
    expect(productState(index, tea!, new Map([["tea-m", 0]])).kind).toBe("sellable");
    expect(productState(index, tea!, new Map([["tea-m", 0], ["tea-l", 0]])).kind).toBe("sold_out");
  });

  it("is not known for another day than the one that was answered", () => {
    const availability = { skus: [{ sku_id: "pearl", available: 0, show_last: 5 }], stock_day: "2026-06-12", slots: [], pauses: [] } as unknown as Availability;
    expect([...stockOf(availability, new Date(0), "2026-06-12")]).toEqual([["pearl", 0]]);
    const other = stockOf(availability, new Date(0), "2026-06-13");
    expect([other.size, other.day]).toEqual([0, undefined]);
  });

  it("is not sold when a required group can't be answered", () => {
    expect(productState(index, tea!, new Map([["half", 0], ["none", 0]]))).toEqual({ kind: "lacks_option", group: "甜度" });
  });

  it("says how many are left only from the number on that the shop has set", () => {
    const left = (pearl: number, show_last: number) =>
      stockOf({ skus: [{ sku_id: "pearl", available: pearl, show_last }], slots: [], pauses: [] } as unknown as Availability, new Date(0));
    expect(fewLeft(left(9, 9), "pearl")).toBe(9);
    expect(fewLeft(left(9, 8), "pearl")).toBeUndefined();
    expect(fewLeft(left(1, 0), "pearl")).toBeUndefined();
  });

  it("says when few are left", () => expect(productState(index, tea!, new Map([["tea-m", 1], ["tea-l", 2]]))).toEqual({ kind: "sellable", left: 3 }));
});

describe("what is paused", () => {
  const at = new Date("2026-06-12T04:00:00Z");
  const paused = (kind: string, id: string, ends_at: string | null, left: [string, number][] = []): Stock =>
    stockOf(
      {
        skus: left.map(([sku_id, available]) => ({ sku_id, available })), slots: [{ starts_at: "2026-06-12T05:15:00Z" }],
        pauses: [{ target: { kind, id }, channels: [], reason: "equipment", ends_at }],
      } as unknown as Availability,
      at,
    );
  const until = "2026-06-12T05:10:00Z";

  it("cannot be had, with the time from which it can again", () => {
    expect(productState(index, tea!, paused("product", "tea", until))).toEqual({ kind: "paused", group: undefined, until });
    expect(returnTime(paused("product", "tea", until), until)).toBe("2026-06-12T05:15:00Z");
    expect(productState(index, tea!, paused("product", "tea", "2026-06-12T04:00:00Z")).kind).toBe("sellable");
  });

  it("takes a product down with its required group, and is no matter in a group that may be left", () => {
    expect(productState(index, tea!, paused("option", "half", until, [["none", 0]]))).toEqual({ kind: "paused", group: "甜度", until });
    expect(productState(index, tea!, paused("option", "half", until)).kind).toBe("sellable");
    expect(productState(index, tea!, paused("option", "pearl", until)).kind).toBe("sellable");
  });

  it("marks the line of the cart that must be changed", () => {
    const change = (stock: Stock) => changesOf(line(), [line()], index, stock);
    expect(change(paused("option", "half", null))).toEqual([{ kind: "paused", name: "half", until: null }]);
    expect(change(paused("variant", "tea-l", until))).toEqual([{ kind: "paused", name: "紅茶（大）", until }]);
    expect(change(paused("variant", "tea-m", until))).toEqual([]);
    expect(blocks(change(paused("product", "tea", until))[0]!)).toBe(true);
  });
});

describe("a quote that has changed", () => {
  const difference = (field: string, params: Record<string, string>) => ({ field, reason: "QUOTE_CHANGED", params });

  it("is shown as the server reports it: lines, fees and the time", () => {
    const fields = [
      difference("lines[1]", { name: "紅茶", was: "70", now: "80" }), difference("fees[bag]", { was: "2" }),
      difference("promised_at", { was: "2026-06-12T03:15:00Z", now: "2026-06-12T03:20:00Z" }), { field: "", reason: "CLOSED" },
    ];
    expect(differencesOf(fields)).toEqual([
      { field: "lines[1]", kind: "line", name: "紅茶", from: "70", to: "80" },
      { field: "fees[bag]", kind: "fee", from: "2" },
      { field: "promised_at", kind: "time", from: "2026-06-12T03:15:00Z", to: "2026-06-12T03:20:00Z" },
    ]);
  });

  it("is asked for anew when its time is later than was shown, or there is one again", () => {
    const quote = (promised_at: string | null, reason?: string) => ({ promised_at, warnings: reason ? [{ field: "wanted_at", reason, params: {} }] : [] });
    const slot = (state: string) => [{ starts_at: "s", business_day: "d", state }] as never;
    const offer = (promised_at: string | null, state = "open") => ({ promised_at, slots: slot(state) });
    const outdated = (seen: string | null, now: string | null) => outdatedByTime(quote(seen), offer(now), null);
    expect(outdated("2026-06-12T03:15:00Z", "2026-06-12T03:15:00.000Z")).toBe(false);
    expect(outdated("2026-06-12T03:15:00Z", "2026-06-12T03:10:00Z")).toBe(false);
    expect(outdated("2026-06-12T03:15:00Z", "2026-06-12T03:20:00Z")).toBe(true);
    expect([outdated("2026-06-12T03:15:00Z", null), outdated(null, "2026-06-12T03:15:00Z"), outdated(null, null)]).toEqual([true, true, false]);
    expect([outdatedByTime(quote("s"), offer(null), "s"), outdatedByTime(quote("s"), offer(null, "full"), "s")]).toEqual([false, true]);
    expect(outdatedByTime(quote(null, "SLOT_FULL"), offer(null, "full"), "s")).toBe(false);
  });
});

describe("slots", () => {
  const slot = (starts_at: string, state: string, business_day = "2026-06-12") => ({ starts_at, state, business_day });
  const availability = { slots: [slot("1", "past"), slot("2", "full"), slot("3", "filling"), slot("4", "full", "2026-06-13")] } as unknown as Availability;

  it("keep full ones in sight and past ones out", () => {
    expect(slotDays(availability).map((day) => [day.business_day, day.slots.length, day.free])).toEqual([["2026-06-12", 2, true], ["2026-06-13", 1, false]]);
  });

  it("know the next free one", () => {
    expect(nextFreeSlot(availability, "2")?.starts_at).toBe("3");
    expect(nextFreeSlot(availability, "3")).toBeUndefined();
  });

  it("are as full as for the cart on the day all of it can be had, and the branch's where a dish is missing", () => {
    const full = { slots: availability.slots.map((each) => ({ ...each, state: "full" as const })), promised_at: null };
    const branch = { ...availability, promised_at: "1" };
    const states = (day?: string) => browsingOffer(branch, full, day, "2026-06-12").slots.map((each) => each.state);
    expect(states("2026-06-12")).toEqual(["full", "full", "full", "full"]);
    expect(states("2026-06-13")).toEqual(["past", "full", "filling", "full"]);
    expect(states()).toEqual(["past", "full", "filling", "full"]);
    expect(browsingOffer(branch, full, "2026-06-12", "2026-06-12").promised_at).toBeNull();
    expect(browsingOffer(branch, full, "2026-06-13", "2026-06-12").promised_at).toBe("1");
  });
});

describe("the time wanted", () => {
  const now = new Date("2026-06-12T03:00:00Z");
  const slot = (time: string, state: string, business_day = "2026-06-12") => ({ starts_at: `${business_day}T${time}:00Z`, state, business_day });
  const slots = [slot("03:30", "full"), slot("04:00", "open"), slot("04:00", "filling", "2026-06-13")];
  const open = { state: "open", promised_at: "2026-06-12T03:15:00Z", pauses: [], slots } as unknown as Availability;
  const closed: Availability = { ...open, state: "outside_hours", promised_at: null };

  it("is as soon as possible, or else the first slot that is free", () => {
    expect(wantedOf(open, null, now)).toEqual({ starts_at: null });
    const first = { starts_at: "2026-06-12T04:00:00Z", business_day: "2026-06-12" };
    expect(wantedOf(closed, null, now)).toEqual(first);
    expect(wantedOf({ ...open, promised_at: null }, null, now)).toEqual(first);
    expect(wantedOf({ ...open, state: "paused" }, null, now)).toEqual(first);
    expect(wantedOf({ ...closed, slots: [] }, null, now)).toEqual({ starts_at: null });
  });

  it("is the slot chosen with its day, and says when that is full", () => {
    expect(wantedOf(open, "2026-06-13T04:00:00Z", now)).toEqual({ starts_at: "2026-06-13T04:00:00Z", business_day: "2026-06-13" });
    expect(wantedOf(open, "2026-06-12T03:30:00Z", now).missed).toBe("SLOT_FULL");
    expect(wantedOf(undefined, "2026-06-13T04:00:00Z", now)).toEqual({ starts_at: "2026-06-13T04:00:00Z" });
  });

  it("falls back to what holds now when the slot chosen is over or gone", () => {
    expect(wantedOf(open, "2026-06-12T04:00:00Z", new Date("2026-06-12T04:00:00Z"))).toEqual({ starts_at: null, missed: "SLOT_PAST" });
    expect(wantedOf(open, "2026-06-11T04:00:00Z", now)).toEqual({ starts_at: null, missed: "SLOT_PAST" });
  });

  it("names its day only where that is another than the branch's today", () => {
    const wanted = wantedOf(open, "2026-06-13T04:00:00Z", now);
    expect(dayToAsk(wanted, "2026-06-12")).toBe("2026-06-13");
    expect(dayToAsk(wanted, "2026-06-13")).toBeUndefined();
    expect(dayToAsk({ starts_at: null }, "2026-06-12")).toBeUndefined();
  });
});

describe("the draft", () => {
  const draft = { ...newDraft("k1", { name: "王小姐", phone: "0912345678" }), remark: "" };

  it("names all that is wrong at once", () => {
    expect(draftRefusals(draft)).toEqual([]);
    expect(draftRefusals({ ...draft, name: " ", phone: "12", remark: "字".repeat(501) }).map((refusal) => refusal.field)).toEqual(["contact.name", "contact.phone", "remark"]);
  });

  it("begins a later visit without a time that was missed long ago, but never forgets what was sent", () => {
    const chosen = { ...draft, wanted_at: "2026-06-12T04:00:00Z" };
    const at = (time: string) => Date.parse(`2026-06-12T${time}:00Z`);
    expect(resumed(chosen, at("04:59"))).toBe(chosen);
    expect(resumed(chosen, at("05:01"))).toEqual({ ...draft, wanted_at: null });
    const sent = { ...chosen, unanswered_since: "2026-06-12T03:00:00Z" };
    expect(resumed(sent, at("09:00"))).toBe(sent);
  });

  it("counts characters as people do", () => expect(graphemes("👨‍👩‍👧好")).toBe(2));

  it("keeps its key and what was sent under it, through refusals and lost answers", () => {
    const body = (remark: string) => ({ remark }) as never;
    const sent = sending(sending(draft, body("1"), new Date(0).toISOString()), body("2"), new Date(1_000_000).toISOString());
    expect([sent.key, sent.sent]).toEqual(["k1", [body("1"), body("2")]]);
    expect(asksAgainByItself(sent, 1_060_000)).toBe(true);
    expect(asksAgainByItself(sent, 9_000_000)).toBe(false);
    expect(settled(sent)).toEqual({ ...draft, sent: [body("1"), body("2")] });
    expect(asksAgainByItself(settled(sent), 1_060_000)).toBe(false);
    expect(sending(sent, body("1"), "").sent).toEqual([body("2"), body("1")]);
    const many = Array.from({ length: 9 }, (_, at) => body(String(at))).reduce<typeof sent>((one, each) => sending(one, each, ""), draft);
    expect(many.sent).toHaveLength(5);
  });
});

describe("refusals", () => {
  it.each([
    ["contact.phone", "PHONE_INVALID", "phone"], ["wanted_at", "SLOT_FULL", "time"], ["", "CLOSED", "time"], ["", "RATE_LIMITED", "page"],
    ["cart.method", "METHOD_NOT_ALLOWED", "method"],
  ])("of %s with %s stands at %s", (field, reason, spot) => expect(spotOf({ field, reason })).toBe(spot));

  it("of a line stands at the line", () => expect(spotOf({ field: "lines[2].options", reason: "OPTION_RULE" })).toEqual({ line: 2 }));

  it("without fields are one for the page", () => expect(refusalsOf({ reason: "RATE_LIMITED", params: {}, fields: [] })).toHaveLength(1));
});

describe("ordering again", () => {
  const order = {
    lines: [
      { product_id: "tea", variant_id: "tea-l", product_name: "紅茶", quantity: 2, options: [{ option_id: "half", name: "半糖", quantity: 1 }, { option_id: "pearl", name: "珍珠", quantity: 1 }] },
      { product_id: "old", variant_id: "old", product_name: "舊品", quantity: 1, options: [] },
    ],
  } as unknown as Order;

  it("takes what is there and says what is not", () => {
    const { lines, missing } = reorder(order, index, new Map([["pearl", 0]]), () => "n");
    expect(lines.map((each) => [each.product_id, each.quantity, each.choice])).toEqual([["tea", 2, { half: 1 }]]);
    expect(missing).toEqual(["紅茶・珍珠", "舊品"]);
  });
});
