import { createTranslator } from "@yizhimai/kit";
import { describe, expect, it } from "vitest";

import type { LedgerTransaction } from "../../data/types";
import { detailOf, happened, route, shownBalance } from "./words";

const t = createTranslator("zh-TW");

const transaction = (part: Partial<LedgerTransaction>): LedgerTransaction => ({
  transaction_id: "t", kind: "completion", occurred_at: "2026-09-02T04:00:00Z", booked_at: "2026-09-02T04:00:00Z", business_day: "2026-09-02", branch_id: "b",
  order_id: "o", order_number: "A2B3C", currency: "TWD", amount: 165, sources: [{ account: "customer", amount: 165 }], targets: [{ account: "clearing", amount: 165 }],
  test: false, attempt: null, refund: null, ...part,
});
const attempt = { attempt_id: "a", number: 2, method_name: "信用卡", provider: "ecpay", provider_reference: "2609020001" } as const;

describe("a transaction in words", () => {
  it("says how the money was taken and at which attempt", () => {
    const captured = transaction({ kind: "capture", attempt });
    expect(happened(t, captured)).toBe("信用卡收款");
    expect(detailOf(t, captured)).toBe("第 2 次付款 · 金流編號 2609020001");
    expect(route(t, captured)).toBe("顧客 → 金流待撥款");
  });

  it("says why money went back", () => {
    const refund = { refund_id: "r", cause: "duplicate", reason: "" } as const;
    const first = { ...attempt, number: 1, provider_reference: "" };
    expect(detailOf(t, transaction({ kind: "refund", attempt: first, refund }))).toBe("重複扣款");
    expect(detailOf(t, transaction({ kind: "refund", attempt: first, refund: { ...refund, cause: "staff", reason: "少一杯" } }))).toBe("少一杯");
  });

  it("names the amounts of a side of several accounts", () => {
    const sold = transaction({ sources: [{ account: "revenue", amount: 157 }, { account: "tax", amount: 8 }], targets: [{ account: "customer", amount: 165 }] });
    expect(happened(t, sold)).toBe("訂單完成，認列銷售");
    expect(route(t, sold)).toBe("銷售收入 NT$157、營業稅 NT$8 → 顧客");
  });
});

describe("a balance in words", () => {
  const shown = (account: "customer" | "revenue" | "clearing", amount: number) => {
    const { amount: found, meaning } = shownBalance({ account, currency: "TWD", amount });
    return [found, t(meaning)];
  };

  it("is above zero for what was sold, and says on which side customers are", () => {
    expect(shown("revenue", -157)).toEqual([157, "已完成訂單的商品與費用，不含稅"]);
    expect(shown("customer", -165)).toEqual([165, "已經收了錢、訂單還沒完成"]);
    expect(shown("customer", 30)).toEqual([30, "訂單完成了、錢還沒收到"]);
    expect(shown("clearing", -5)).toEqual([-5, "金流公司收了、還沒撥款"]);
  });
});
