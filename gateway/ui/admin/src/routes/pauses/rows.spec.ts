import { describe, expect, it } from "vitest";

import type { Menu, Pause, PauseTarget } from "../../data/types";
import { countdown, endOf, fallsWith, isLong, keyOf, pauseRows, shownRows } from "./rows";

const option = (option_id: string) => ({ option_id, name: option_id, price: 0, max_quantity: 1, default_chosen: false });
const menu = {
  categories: [
    { category_id: "milk", name: "奶茶", product_ids: ["latte"] },
    { category_id: "tea", name: "純茶", product_ids: ["red", "green"] },
  ],
  products: [
    { product_id: "red", name: "紅茶", station: "吧台", print_tag: "冷飲", option_group_ids: ["sugar"], variants: [{ variant_id: "cold", name: "冷", price: 30 }, { variant_id: "hot", name: "熱", price: 30 }] },
    { product_id: "green", name: "綠茶", station: "吧台", option_group_ids: ["sugar"], variants: [{ variant_id: "g", name: "", price: 30 }] },
    { product_id: "latte", name: "鮮奶茶", option_group_ids: [], variants: [{ variant_id: "l", name: "", price: 60 }] },
  ],
  option_groups: [{ option_group_id: "sugar", name: "甜度", min: 1, max: 1, free_count: 0, options: [option("half"), option("none")] }],
} as unknown as Menu;

const now = new Date("2026-06-12T04:00:00Z");
const names = { branch: "師大店", methods: [{ method: "on_site" as const, name: "內用" }], products: (count: number) => `${String(count)} 項` };
const paused = (target: PauseTarget, ends_at: string | null = null): Pause => ({ target, reason: "equipment", channels: [], ends_at }) as unknown as Pause;

describe("what can be paused", () => {
  const rows = pauseRows(menu, names);

  it("stands in the menu's order, each under its kind", () => {
    expect(shownRows(rows, "product", "").map((row) => row.name)).toEqual(["鮮奶茶", "紅茶", "綠茶"]);
    expect(shownRows(rows, "option", "").map((row) => row.detail)).toEqual(["甜度", "甜度"]);
    expect(shownRows(rows, "shop", "").map((row) => row.target)).toEqual([{ kind: "branch" }, { kind: "method", method: "on_site" }]);
  });

  it("names each station and print tag of the menu once", () => {
    expect(shownRows(rows, "station", "").map((row) => [row.target, row.detail])).toEqual([[{ kind: "station", name: "吧台" }, "2 項"]]);
    expect(shownRows(rows, "tag", "").map((row) => [row.target, row.detail])).toEqual([[{ kind: "tag", name: "冷飲" }, "1 項"]]);
    expect(keyOf({ kind: "station", name: "吧台", id: null, method: null })).toBe(shownRows(rows, "station", "")[0]?.key);
  });

  it("is found whatever tab is open", () => expect(shownRows(rows, "option", "純茶").map((row) => row.name)).toEqual(["紅茶", "綠茶", "純茶"]));

  it("offers single variants only where there are several", () => {
    expect(rows.find((row) => row.name === "紅茶")?.variants.map((one) => one.name)).toEqual(["冷", "熱"]);
    expect(rows.find((row) => row.name === "綠茶")?.variants).toEqual([]);
  });
});

describe("what falls with a pause", () => {
  const half: PauseTarget = { kind: "option", id: "half" };
  const none: PauseTarget = { kind: "option", id: "none" };

  it("is every product whose required group has no choice left (E10)", () => {
    expect(fallsWith(menu, [], half, now)).toEqual([]);
    expect(fallsWith(menu, [paused(none)], half, now)).toEqual(["紅茶", "綠茶"]);
    expect(fallsWith(menu, [paused(none, "2026-06-12T03:59:00Z")], half, now)).toEqual([]);
  });

  it("is what a category holds, without what had fallen before", () => {
    expect(fallsWith(menu, [paused({ kind: "product", id: "green" })], { kind: "category", id: "tea" }, now)).toEqual(["紅茶"]);
    expect(fallsWith(menu, [], { kind: "station", name: "吧台" }, now)).toEqual(["紅茶", "綠茶"]);
    expect(fallsWith(menu, [], { kind: "tag", name: "冷飲" }, now)).toEqual(["紅茶"]);
    expect(fallsWith(menu, [], { kind: "product", id: "red" }, now)).toEqual([]);
    expect(fallsWith(menu, [], { kind: "variant", id: "g" }, now)).toEqual(["綠茶"]);
  });
});

describe("ends", () => {
  it("are what the chips say", () => {
    expect(endOf("today", undefined)).toEqual({ kind: "today" });
    expect(endOf("m60", undefined)).toEqual({ kind: "minutes", minutes: 60 });
    expect(endOf("at", undefined)).toBeUndefined();
    expect(endOf("at", now)).toEqual({ kind: "at", at: "2026-06-12T04:00:00.000Z" });
    expect(isLong("at", new Date("2026-06-19T04:00:01Z"), now)).toBe(true);
    expect(isLong("at", new Date("2026-06-19T04:00:00Z"), now)).toBe(false);
  });

  it("count down to the second", () => {
    expect(countdown("2026-06-12T04:04:59Z", now)).toBe("04:59");
    expect(countdown("2026-06-12T05:05:09Z", now)).toBe("1:05:09");
    expect(countdown("2026-06-12T03:00:00Z", now)).toBe("");
    expect(countdown(null, now)).toBe("");
  });
});
