import { createTranslator } from "@yizhimai/kit";
import { describe, expect, it } from "vitest";

import type { Branch, PaymentMethod } from "../../data/types";
import { summaryOf } from "./summary";

const t = createTranslator("zh-TW");
const branches = [{ branch_id: "b1", name: "師大店" }, { branch_id: "b2", name: "公館店" }] as Branch[];
const method = (part: Partial<PaymentMethod>): PaymentMethod => ({
  method_id: "m", kind: "cash", provider: null, provider_method: "", name: "現金", text: "", enabled: true, branch_ids: [], methods: [], channels: [],
  min_amount: 0, max_amount: null, fee_basis_points: 0, fee_fixed: 0, deposit_percent: null, ...part,
});
const summary = (part: Partial<PaymentMethod>) => summaryOf(method(part), branches, "TWD", t);

describe("the summary of a method", () => {
  it("leaves out what holds for all", () => {
    expect(summary({})).toBe("");
    expect(summary({ kind: "line_pay", provider: "linepay", name: "LINE Pay" })).toBe("");
  });

  it("names its kind, provider and places", () => {
    const part = { kind: "convenience_store", provider: "ecpay", provider_method: "CVS", name: "超商付款", branch_ids: ["b2", "b1"], methods: ["pickup"], channels: ["web", "line"] } as const;
    expect(summary({ ...part, branch_ids: [...part.branch_ids], methods: [...part.methods], channels: [...part.channels] })).toBe("超商代碼／條碼 · 綠界 超商代碼 · 師大店、公館店 · 自取 · 線上點餐、LINE");
  });

  it("says amounts, deposit and fee", () => {
    expect(summary({ min_amount: 100, max_amount: 20_000 })).toBe("NT$100–NT$20,000");
    expect(summary({ max_amount: 3_000 })).toBe("NT$3,000 以下");
    expect(summary({ min_amount: 1_000, deposit_percent: 30, fee_basis_points: 275, fee_fixed: 10 })).toBe("NT$1,000 起 · 訂金 30% · 手續費 2.75% + NT$10");
  });
});
