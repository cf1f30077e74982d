import { createTranslator } from "@yizhimai/kit";
import { describe, expect, it } from "vitest";

import type { PointEntry } from "../../data/types";
import { asideOf, explained, signed } from "./words";

const t = createTranslator("zh-TW");
const entry = (part: Partial<PointEntry>): PointEntry => ({
  entry_id: "e", at: "2026-06-12T02:00:00Z", member_id: "m", programme_id: "p", kind: "earned", points: 16, balance: 40, pending: 0, debt: 0, lots: [],
  order_id: "o", order_number: "9105M", branch_id: "b", refund_id: null, programme_version: 1, explanation: "earned", params: {}, operator: null, reason: "", ...part,
});

describe("an entry in a line", () => {
  it("says what an order earned and by which factor", () => {
    expect(explained(t, entry({ params: { goods: "116", factor_bp: "15000", points: "16" } }))).toBe("訂單 9105M 完成，商品淨額 NT$116 ×1.5 倍 → 16 點");
    expect(explained(t, entry({ params: { goods: "116", factor_bp: "10000", points: "11" } }))).toBe("訂單 9105M 完成，商品淨額 NT$116 → 11 點");
  });

  it("says what a refund took back, and what is owed since it was spent", () => {
    const taken = entry({ kind: "taken_back", explanation: "refund_taken_back", points: -3, debt: 1, params: { before: "16", after: "12", points: "4", owed: "1" } });
    expect(explained(t, taken)).toBe("訂單 9105M 退款，應得點數從 16 變成 12，扣回 4 點，其中 1 點已經用掉，記為待扣");
    expect(asideOf(t, taken)).toBe("待扣 +1");
  });

  it("says why somebody adjusted points", () => {
    expect(explained(t, entry({ kind: "adjusted", explanation: "adjusted", order_number: "", reason: "上次漏給" }))).toBe("人工調整：上次漏給");
  });

  it("falls back to its kind where the explanation is a new one", () => {
    expect(explained(t, entry({ explanation: "something_new" }))).toBe("獲得");
  });
});

it("writes changes with their sign", () => {
  expect([signed(16), signed(-30), signed(0), signed(1_000)]).toEqual(["+16", "−30", "—", "+1,000"]);
});
