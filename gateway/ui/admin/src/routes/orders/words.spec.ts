import { expect, it } from "vitest";

import { line, order } from "../../../mock/fixtures";
import { lineName, matches, mentionsAllergy, optionWords } from "./words";

const option = (name: string, quantity = 1) => ({ option_id: name, group_name: "", name, quantity, amount: 0 });

it("says options the way a customer does", () => {
  expect(optionWords([option("半糖"), option("少冰"), option("珍珠", 2)])).toBe("半糖、少冰、珍珠×2");
  expect(optionWords([])).toBe("");
});

it("names the variant only when there is one", () => {
  expect(lineName(line({ product_name: "珍珠奶茶", variant_name: "冷" }))).toBe("珍珠奶茶（冷）");
  expect(lineName(line({ product_name: "滷肉飯", variant_name: "" }))).toBe("滷肉飯");
});

it.each(["對花生過敏", "不能吃蝦", "peanut allergy"])("flags %s", (text) => {
  expect(mentionsAllergy(order({ remark: text }))).toBe(true);
  expect(mentionsAllergy(order({ lines: [line({ note: text })] }))).toBe(true);
});

it("does not flag an ordinary remark", () => {
  expect(mentionsAllergy(order({ remark: "袋子要大一點" }))).toBe(false);
});

it("finds by number, name, end of the phone and product", () => {
  const one = order({ pickup_number: "042", order_number: "7K2PQ", contact_name: "林小姐", contact_phone: "0912***345" });
  for (const text of ["042", "7k2", "林", "345", ""]) expect(matches(one, text), text).toBe(true);
  expect(matches(one, "王")).toBe(false);
});

it("finds names whatever their width and case", () => {
  const one = order({ contact_name: "Ｌin 先生" });
  for (const text of ["lin", "LIN", "ｌｉｎ", "Ｌｉｎ　先生"]) expect(matches(one, text), text).toBe(true);
  expect(matches(one, "lim")).toBe(false);
});
