import { expect, it } from "vitest";

import { parsePromotionPart, parsePromotionSearch } from "./search";

it("reads filters and pages, and leaves out what they cannot mean", () => {
  expect(parsePromotionSearch({ text: "茶", state: "active", pages: ["a"] })).toEqual({ text: "茶", state: "active", pages: ["a"] });
  expect(parsePromotionSearch({ text: "", state: "deleted", pages: [] })).toEqual({});
  expect(parsePromotionPart({ part: "result" })).toEqual({ part: "result" });
  expect(parsePromotionPart({ part: "secrets" })).toEqual({});
});
