import { createTranslator } from "@yizhimai/kit";
import { describe, expect, it } from "vitest";

import type { LimitRule } from "../../data/types";
import { copiedTo, hasDaysOf } from "./copy-days";
import { changed, draftsOf, eachSlot, everyDay, faultsOf, keyOf, limitOf, newRule, restored, rollingMinutes, type Place } from "./rule";
import { besides, sentence } from "./sentence";

const words = { t: createTranslator("zh-TW"), slotMinutes: 15, currency: "TWD" };
const cakes = newRule({ target: { kind: "category", id: "c", method: null, name: "蛋糕" } });
const breakfast = { ...eachSlot, kind: "daypart" as const, name: "早餐", from_minute: 360, to_minute: 630 };

describe("a rule in words", () => {
  it.each<[LimitRule, string]>([
    [cakes, "每 15 分鐘 · 蛋糕 · 最多 10 份"],
    [newRule({ measure: "orders", limit: 20, days: { ...everyDay, weekdays: [7, 6] } }), "週末 · 每 15 分鐘 · 全部商品 · 最多 20 張單"],
    [newRule({ measure: "orders", limit: 8, target: { kind: "method", id: null, method: "delivery", name: null }, window: { ...eachSlot, kind: "rolling", minutes: 60 } }), "任何連續 60 分鐘 · 外送 · 最多 8 張單"],
    [newRule({ window: breakfast, limit: 0, days: { ...everyDay, date: "2026-12-25" } }), "只有 12/25（週五） · 早餐 06:00–10:30 · 全部商品 · 不接單"],
    [newRule({ measure: "make_minutes", people: 2, limit: 0, target: { kind: "station", id: null, method: null, name: "吧台" } }), "每 15 分鐘 · 吧台（工作站） · 2 人製作，最多 30 分鐘"],
    [newRule({ measure: "amount", limit: 50_000, window: { ...eachSlot, kind: "day" }, days: { ...everyDay, weekdays: [1, 3], from_date: "2026-12-01" } }), "週一、週三 12/1（週二）起 · 一整天 · 全部商品 · 最多 NT$50,000"],
  ])("%#", (rule, text) => expect(sentence(rule, words)).toBe(text));

  it("adds shares, the reserve and early work", () => {
    const rule = newRule({ shares: [{ channel: "uber_eats", percent: 30 }], reserved_for_counter: 2, early_hours: 2 });
    expect(besides(rule, words)).toBe("Uber Eats 最多 30% · 臨櫃保留 2 份 · 可提前 2 小時製作");
    expect(besides(cakes, words)).toBe("");
  });

  it("is complete in English", () => {
    expect(sentence(cakes, { ...words, t: createTranslator("en") })).toBe("Every 15 min · 蛋糕 · at most 10 items");
  });
});

describe("a rule that changes", () => {
  it("takes people for making, with work done early, and drops both for anything else", () => {
    const making = changed(cakes, { measure: "make_minutes" });
    expect(making).toMatchObject({ people: 1, limit: 0, early_hours: 2 });
    expect(limitOf(making, 15)).toBe(15);
    expect(changed(making, { measure: "units" })).toMatchObject({ people: null, limit: 10, early_hours: 0 });
    expect(changed(making, { window: { ...eachSlot, kind: "day" } })).toMatchObject({ people: null, early_hours: 0 });
  });

  it("does no work early where parts are kept apart", () => {
    const making = changed(cakes, { measure: "make_minutes" });
    expect(changed(making, { reserved_for_counter: 5 }).early_hours).toBe(0);
  });

  it.each<[Partial<LimitRule>, Place[]]>([
    [{}, []],
    [{ target: { kind: "category", id: null, method: null, name: null } }, ["target.id"]],
    [{ target: { kind: "station", id: null, method: null, name: "" } }, ["target.name"]],
    [{ limit: 10_000 }, ["limit"]],
    [{ measure: "amount", limit: 10_000 }, []],
    [{ window: { ...eachSlot, kind: "rolling", minutes: 40 } }, ["window.minutes"]],
    [{ window: { ...eachSlot, kind: "rolling", minutes: 255 } }, ["window.minutes"]],
    [{ window: { ...breakfast, name: " ", to_minute: 360 } }, ["window.name", "window.to_minute"]],
    [{ days: { ...everyDay, from_date: "2026-12-02", to_date: "2026-12-01" } }, ["days.to_date"]],
    [{ shares: [{ channel: "web", percent: 80 }, { channel: "line", percent: 30 }] }, ["shares"]],
    [{ reserved_for_counter: 11 }, ["reserved_for_counter"]],
    [{ measure: "make_minutes", people: 1, limit: 0, reserved_for_counter: 5, early_hours: 1 }, ["early_hours"]],
  ])("%o is refused at %o", (part, places) => expect(faultsOf(newRule(part), 15)).toEqual(places));

  it("offers rolling windows on the grid", () => {
    expect(rollingMinutes(20)).toEqual([60, 120, 180, 240]);
    expect(rollingMinutes(15)).toContain(45);
  });
});

describe("copying to other days", () => {
  const saturday = newRule({ rule_id: "sat", limit: 20, days: { ...everyDay, weekdays: [6] } });
  const always = newRule({ rule_id: "all", limit: 10 });

  it("gives way on those days only", () => {
    const drafts = draftsOf([saturday, always]);
    const [source] = drafts;
    if (!source) throw new Error("there is a source");
    const rules = copiedTo(drafts, source, { weekdays: [6, 7] }).map((draft) => draft.rule);
    expect(rules.map(({ rule_id, limit, days }) => [rule_id, limit, days.weekdays])).toEqual([["sat", 20, [6]], ["all", 10, [1, 2, 3, 4, 5, 6]], [null, 20, [7]]]);
  });

  it("keeps the dates it has, and leaves what has others", () => {
    const december = { ...everyDay, from_date: "2026-12-01", to_date: "2026-12-31" };
    const drafts = draftsOf([newRule({ rule_id: "dec", days: { ...december, weekdays: [6] } }), always]);
    const [source] = drafts;
    if (!source) throw new Error("there is a source");
    const rules = copiedTo(drafts, source, { weekdays: [7] }).map((draft) => draft.rule);
    expect(rules.map(({ rule_id, days }) => [rule_id, days.weekdays, days.from_date])).toEqual([["dec", [6], "2026-12-01"], ["all", [], null], [null, [7], "2026-12-01"]]);
  });

  it("does nothing for a rule that counts on those days already", () => {
    const drafts = draftsOf([always]);
    const [source] = drafts;
    if (!source) throw new Error("there is a source");
    expect(copiedTo(drafts, source, { weekdays: [6] })).toEqual(drafts);
  });

  it("knows what is made for the same days", () => {
    expect(hasDaysOf(saturday, newRule({ measure: "orders", days: { ...everyDay, weekdays: [6] } }))).toBe(true);
    expect(hasDaysOf(saturday, always)).toBe(false);
  });

  it("takes the place of a rule that has no other day", () => {
    const drafts = draftsOf([saturday, newRule({ rule_id: "sun", days: { ...everyDay, weekdays: [7] } })]);
    const [source] = drafts;
    if (!source) throw new Error("there is a source");
    expect(copiedTo(drafts, source, { weekdays: [7] }).map((draft) => draft.rule.rule_id)).toEqual(["sat", null]);
  });

  it("makes one rule a date, and leaves what limits something else", () => {
    const eve = newRule({ rule_id: "eve", days: { ...everyDay, date: "2026-12-24" } });
    const other = newRule({ rule_id: "other", measure: "orders", days: { ...everyDay, date: "2026-12-25" } });
    const drafts = draftsOf([eve, other, { ...eve, rule_id: "old", days: { ...everyDay, date: "2026-12-25" } }]);
    const [source] = drafts;
    if (!source) throw new Error("there is a source");
    const rules = copiedTo(drafts, source, { dates: ["2026-12-31", "2026-12-25", "2026-12-24"] }).map((draft) => draft.rule);
    expect(rules.map(({ rule_id, days }) => [rule_id, days.date])).toEqual([["eve", "2026-12-24"], ["other", "2026-12-25"], [null, "2026-12-25"], [null, "2026-12-31"]]);
  });
});

it("compares rules by measure, target and window alone", () => {
  expect(keyOf(cakes)).toBe(keyOf({ ...cakes, limit: 3, rule_id: "x", target: { ...cakes.target, name: "Cakes" } }));
  expect(keyOf(cakes)).not.toBe(keyOf({ ...cakes, window: breakfast }));
});

it("restores what is gone as new", () => {
  const rules = restored([{ ...cakes, rule_id: "a" }, { ...cakes, rule_id: "b" }], [{ ...cakes, rule_id: "a" }]);
  expect(rules.map((rule) => rule.rule_id)).toEqual(["a", null]);
});
