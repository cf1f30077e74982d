import { expect, it } from "vitest";
import { folded } from "./folded";

it("forgets width, case and blanks around", () => {
  expect(folded(" 凍檸ＱＱ ")).toBe(folded("凍檸qq"));
  expect(folded("Ｌａｔｔｅ")).toBe("latte");
  expect(folded("紅茶")).not.toBe(folded("綠茶"));
});
