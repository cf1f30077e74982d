import { expect, it } from "vitest";

import { fieldPath, placeProblems } from "./problem-fields";

const problem = (field: string) => ({ field, reason: "VALIDATION_FAILED", params: {} });

it("names a field the way the form does", () => {
  expect(fieldPath("variants[0].price")).toEqual(["variants", 0, "price"]);
  expect(fieldPath("name")).toEqual(["name"]);
});

it("puts a problem at its field, or at the nearest around it, or leaves it over", () => {
  const registered = [["name"], ["periods"], ["variants", 0, "price"]];
  const problems = [problem("product.name"), problem("periods[2].close_minute"), problem("variants[0].price"), problem("elsewhere")];
  const { placed, unplaced } = placeProblems(problems, registered);
  expect(placed.map(({ name }) => name)).toEqual([["name"], ["periods"], ["variants", 0, "price"]]);
  expect(unplaced.map(({ field }) => field)).toEqual(["elsewhere"]);
});
