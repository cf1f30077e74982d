import { expect, it } from "vitest";

import { typed } from "./typed";

it("types a number as a pad does", () => {
  expect(["1", "2", "0"].reduce(typed, "")).toBe("120");
  expect(["0", "0", "7"].reduce(typed, "")).toBe("7");
  expect(typed("", "0")).toBe("0");
  expect(typed("999999", "9")).toBe("999999");
});
