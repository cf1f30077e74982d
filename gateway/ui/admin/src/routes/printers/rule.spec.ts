import { createTranslator } from "@yizhimai/kit";
import { describe, expect, it } from "vitest";

import type { PrintRule } from "../../data/types";
import { documentsOn, draftOf, inputOf, newRule, sentenceOf } from "./rule";
import { parsePrinterSearch, parseTemplateChoice } from "./search";

const t = createTranslator("zh-TW");

const rule: PrintRule = {
  rule_id: "r", print_point_id: "p", document: "kitchen_slip", trigger: "accepted", methods: [], channels: [],
  filter: { product_ids: [], category_ids: [], print_tags: [], stations: [] }, per: "order", paid_only: false, min_total: 0, enabled: true, version: 4,
};

describe("what is sent of a rule", () => {
  it("is what was read, where nothing was changed", () => {
    const { rule_id: _, print_point_id: __, ...input } = rule;
    expect(inputOf(draftOf(rule), 4)).toEqual(input);
  });

  it("has no step for slips with a moment of their own", () => {
    expect(inputOf({ ...newRule("mm58"), document: "cancel_slip" }, 0).trigger).toBeNull();
    expect(inputOf({ ...newRule("mm58"), document: "revision_slip" }, 0).trigger).toBeNull();
    expect(inputOf(newRule("mm58"), 0).trigger).toBe("accepted");
  });

  it("says no least amount as none", () => {
    expect(inputOf(newRule("mm58"), 0).min_total).toBe(0);
    expect(inputOf({ ...newRule("mm58"), min_total: 300 }, 0).min_total).toBe(300);
  });
});

describe("a new rule", () => {
  it("prints labels one a unit, and slips one an order", () => {
    expect(newRule("label_40x25")).toMatchObject({ document: "label", per: "item" });
    expect(newRule("mm80")).toMatchObject({ document: "kitchen_slip", per: "order" });
  });

  it("offers labels on labels alone", () => {
    expect(documentsOn("mm58")).not.toContain("label");
    expect(documentsOn("label_40x25")).toContain("label");
  });
});

describe("a rule in words", () => {
  it("says when and what, and nothing of limits it has not", () => {
    expect(sentenceOf(t, rule, "TWD")).toEqual({ what: "接單印廚房單（一張訂單一張）", limits: "" });
  });

  it("says what it is limited to", () => {
    const limited: PrintRule = { ...rule, methods: ["delivery"], filter: { ...rule.filter, stations: ["吧檯"], product_ids: ["a", "b"] }, paid_only: true, min_total: 300 };
    expect(sentenceOf(t, limited, "TWD").limits).toBe("只限外送、吧檯、2 項商品、已付款、滿 NT$300");
  });

  it("says the moment of slips that have their own", () => {
    expect(sentenceOf(t, { ...rule, document: "cancel_slip", trigger: null }, "TWD").what).toBe("訂單取消時（已經出過單）印取消單（一張訂單一張）");
  });
});

describe("addresses", () => {
  it("ask for the print points unless they say otherwise", () => {
    expect(parsePrinterSearch({ tab: "points" })).toEqual({});
    expect(parsePrinterSearch({ tab: "devices" })).toEqual({ tab: "devices" });
    expect(parsePrinterSearch({ tab: 3 })).toEqual({});
  });

  it("say what a new template is for", () => {
    expect(parseTemplateChoice({ document: "label", paper: "label_40x25" })).toEqual({ document: "label", paper: "label_40x25" });
    expect(parseTemplateChoice({ document: "invoice", paper: "a4" })).toEqual({});
  });
});
