import { expect, it } from "vitest";

import { parseProductSearch } from "./search";

it("keeps what an address may say and drops the rest", () => {
  expect(parseProductSearch({ text: "珍珠", display: "hidden", pages: ["a", 1], junk: 1 })).toEqual({ text: "珍珠", display: "hidden", pages: ["a"] });
  expect(parseProductSearch({ display: "everything", text: "" })).toEqual({});
});
