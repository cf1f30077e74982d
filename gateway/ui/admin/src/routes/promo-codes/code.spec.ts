import { describe, expect, it } from "vitest";

import { codesFaults, codesInput, codesOf, isCode, MOST_BATCH, newCodes } from "./code";

describe("a code", () => {
  it.each([
    ["hello100", true],
    ["ＨＥＬＬＯ１００", true],
    ["SUMMER-50", true],
    ["abc", false],
    ["甜甜圈買一送一", false],
    ["A".repeat(21), false],
  ])("%s is usable: %s", (code, usable) => {
    expect(isCode(code)).toBe(usable);
  });
});

it("sends one code, a number of random ones, or those of a file", () => {
  expect(codesInput({ ...newCodes, code: " hello１００ " })).toEqual({ code: "HELLO100" });
  expect(codesInput({ ...newCodes, kind: "random", count: 500, prefix: "vip", uses_per_code: 2 })).toEqual({ batch: { count: 500, prefix: "VIP", uses_per_code: 2 } });
  expect(codesInput({ ...newCodes, kind: "file", csv: "\uFEFFcode,note\r\naaaa1,x\r\n\r\nBBBB2" })).toEqual({ batch: { csv: "AAAA1\nBBBB2", uses_per_code: 1 } });
});

it("says what is wrong with codes before they are sent", () => {
  expect(codesFaults({ ...newCodes, code: "ab" })).toEqual(["code"]);
  expect(codesFaults({ ...newCodes, kind: "random", count: 0, prefix: "TOOLONG" })).toEqual(["count", "prefix"]);
  expect(codesFaults({ ...newCodes, kind: "file", csv: "GOOD-1\nno" })).toEqual(["csv"]);
  expect(codesFaults({ ...newCodes, kind: "file", csv: "" })).toEqual(["csv"]);
  expect(codesFaults({ ...newCodes, kind: "file", csv: "GOOD-1\n".repeat(MOST_BATCH + 1) })).toEqual(["csv_size"]);
  expect(codesOf("AAAA1")).toHaveLength(1);
});
