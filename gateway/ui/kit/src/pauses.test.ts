import { describe, expect, it } from "vitest";
import { pausesAt, unsold, type PauseLike } from "./pauses";

const minute = (n: number) => new Date(n * 60_000).toISOString();
const pause = (kind: string, id: string, ends: number | null): PauseLike => ({
  target: { kind, id }, reason: "equipment", ends_at: ends === null ? null : minute(ends),
});

const sugar = { name: "甜度", min: 1, options: ["half", "full", "none"].map((option_id) => ({ option_id, max_quantity: 1 })) };
const toppings = { name: "加料", min: 0, options: [{ option_id: "pearl", max_quantity: 2 }] };
const tea = { product_id: "tea", station: "吧台", print_tag: "冷飲", variants: [{ variant_id: "m" }, { variant_id: "l" }] };
const named = (kind: string, name: string): PauseLike => ({ target: { kind, id: null, method: null, name }, reason: "staffing", ends_at: minute(9) });

function why(pauses: PauseLike[], left: Record<string, number> = {}, at = 0) {
  const found = unsold(tea, ["drinks"], [sugar, toppings], pausesAt(pauses, at * 60_000, "web"), (id) => left[id]);
  return found && [found.group ?? found.pause.target.kind, found.until];
}

describe("a product that cannot be had because of pauses", () => {
  it("is paused itself, by its category or by all its variants", () => {
    expect(why([pause("product", "tea", 9)])).toEqual(["product", minute(9)]);
    expect(why([pause("category", "drinks", null)])).toEqual(["category", null]);
    expect(why([pause("variant", "m", 9)])).toBeUndefined();
    expect(why([pause("variant", "m", 9), pause("variant", "l", 5)])).toEqual(["variant", minute(5)]);
    expect(why([pause("variant", "m", 9)], { l: 0 })).toEqual(["variant", minute(9)]);
  });

  it("is paused with the station that makes it or with its print tag", () => {
    expect(why([named("station", "吧台")])).toEqual(["station", minute(9)]);
    expect(why([named("tag", "冷飲")])).toEqual(["tag", minute(9)]);
    expect(why([named("station", "廚房"), named("tag", "吧台")])).toBeUndefined();
    const placeless = { product_id: "gift", variants: [{ variant_id: "g" }] };
    expect(unsold(placeless, [], [], pausesAt([named("station", "")], 0), () => undefined), "no station is not a station").toBeUndefined();
  });

  it("shows the last end of all that is in the way", () => {
    expect(why([pause("product", "tea", 5), pause("product", "tea", 9), pause("category", "drinks", 7)])).toEqual(["product", minute(9)]);
  });

  it("falls with a required group whose choices are paused or sold out (E10)", () => {
    const two = [pause("option", "half", 9), pause("option", "full", 5)];
    expect(why(two)).toBeUndefined();
    expect(why(two, { none: 0 })).toEqual(["甜度", minute(5)]);
    expect(why(two, { none: 0, full: 0 })).toEqual(["甜度", minute(9)]);
    expect(why([pause("option", "half", null)], { none: 0, full: 0 })).toEqual(["甜度", null]);
    expect(why([], { half: 0, none: 0, full: 0 }), "sold out alone is not a pause").toBeUndefined();
    expect(why([pause("option", "pearl", 9)]), "nobody must choose a topping").toBeUndefined();
  });

  it("can be had for a time after the end, and in other channels", () => {
    expect(why([pause("product", "tea", 9)], {}, 9)).toBeUndefined();
    expect(why([{ ...pause("product", "tea", 9), channels: ["uber_eats"] }])).toBeUndefined();
  });
});
