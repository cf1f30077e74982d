import { createTranslator, reasonSentence } from "@yizhimai/kit";
import { describe, expect, it } from "vitest";

import { withStateInWords } from "./index";

describe("withStateInWords", () => {
  const t = createTranslator("zh-TW");
  const sentence = (params: Record<string, string>) => reasonSentence(withStateInWords({ reason: "ILLEGAL_TRANSITION", params }, t));

  it("calls the state of an order what the board calls it", () => {
    expect(sentence({ state: "rejected", to: "accepted" })).toBe("目前狀態是「已拒單」，不能這樣變更。");
  });

  it("never shows a state that has no word", () => {
    expect(sentence({ state: "on_the_moon" })).toBe("目前狀態不能這樣變更。");
  });
});
