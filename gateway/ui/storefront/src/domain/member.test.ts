import { describe, expect, it } from "vitest";
import { codeDigits, consentChoices, elsewhere, isWholeCode, TEXT_VERSION, under } from "./member";

describe("a code", () => {
  it.each([["123 456", "123456"], ["１２３４５６", "123456"], ["code: 123456!", "123456"], ["1234567", "123456"], ["", ""]])("%s is read as %s", (typed, code) => {
    expect(codeDigits(typed)).toBe(code);
  });

  it("is whole with six digits", () => {
    expect([isWholeCode("123456"), isWholeCode("12345")]).toEqual([true, false]);
  });
});

it("says of each consent whether it is given, and which text was shown", () => {
  expect(consentChoices(["terms", "marketing_sms"], new Set(["terms"]))).toEqual([
    { kind: "terms", agreed: true, text_version: TEXT_VERSION },
    { kind: "marketing_sms", agreed: false, text_version: TEXT_VERSION },
  ]);
});

it("puts refusals at their fields, and the others apart", () => {
  const refusals = ["code", "consents[0].kind", "brand_id"].map((field) => ({ field, reason: "VALIDATION_FAILED" }));
  expect(under(refusals, "consents").map(({ field }) => field)).toEqual(["consents[0].kind"]);
  expect(elsewhere(refusals, ["code", "consents"]).map(({ field }) => field)).toEqual(["brand_id"]);
});
