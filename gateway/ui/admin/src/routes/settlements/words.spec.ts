import { createTranslator } from "@yizhimai/kit";
import { describe, expect, it } from "vitest";

import type { Settlement } from "../../data/types";
import { isOpen, openDifferences, resultWord } from "./words";

const sums = { amount_e4: 0, fee_e4: 0, net_e4: 0 };
const t = createTranslator("zh-TW");

describe("openDifferences", () => {
  it("counts what differs and what nobody decided", () => {
    const open: Settlement["open"] = [
      { outcome: "matched", cause: null, count: 5, sums },
      { outcome: "difference", cause: "late", count: 2, sums },
      { outcome: "difference", cause: "amount", count: 1, sums },
    ];
    expect(openDifferences({ open })).toBe(3);
    expect(openDifferences({ open: [] })).toBe(0);
  });
});

describe("a row in words", () => {
  it("says why it differs", () => {
    expect(resultWord(t, { outcome: "difference", cause: "not_found" })).toBe("找不到");
    expect(resultWord(t, { outcome: "matched", cause: null })).toBe("相符");
  });

  it("is open until somebody decides", () => {
    expect(isOpen({ outcome: "difference", decision: null })).toBe(true);
    expect(isOpen({ outcome: "difference", decision: "accept" })).toBe(false);
    expect(isOpen({ outcome: "matched", decision: null })).toBe(false);
  });
});
