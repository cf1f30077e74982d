import { describe, expect, it } from "vitest";
import { reasonSentence, reasons } from "./index";
import { reasonTexts } from "./texts";

describe("reasonSentence", () => {
  it("shows the reason's code in no sentence", () => {
    for (const reason of reasons) {
      for (const locale of ["zh-TW", "en"] as const) {
        const sentence = reasonSentence({ reason }, locale);
        expect(sentence, `${reason} in ${locale}`).not.toMatch(/\b[A-Z]+_[A-Z_]+\b|\[\[|\]\]/u);
        expect(sentence, `${reason} in ${locale} ends as a sentence`).toMatch(/[。.]$/u);
      }
      expect(reasonTexts[reason][0], `${reason} uses full-width punctuation`).not.toMatch(/[\u4e00-\u9fff][,?!]/u);
    }
  });

  it("names the item and what is left when known", () => {
    expect(reasonSentence({ reason: "OUT_OF_STOCK", params: { name: "珍珠", left: "3" } })).toBe("「珍珠」數量不夠了，只剩 3 份。");
    expect(reasonSentence({ reason: "OUT_OF_STOCK" })).toBe("數量不夠了。");
    expect(reasonSentence({ reason: "OUT_OF_STOCK", params: { left: "3" } }, "en")).toBe("Not enough left, only 3.");
  });

  it("apologises for a reason it does not know", () => {
    expect(reasonSentence({ reason: "SOMETHING_NEW" })).toBe("系統忙線中，請稍後再試一次。");
  });
});
