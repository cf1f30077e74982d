import { createTranslator } from "@yizhimai/kit";
import { expect, it } from "vitest";

import { changeText, columnName, removalText } from "./columns";

const t = createTranslator("zh-TW");

it("calls columns what the screens call them", () => {
  expect(columnName(t, "price_hot")).toBe("熱飲價格");
  expect(columnName(t, "prize")).toBe("prize");
});

it("says what changes and what goes", () => {
  expect(changeText(t, { column: "price_cold", before: "30", after: "35", removed: [] })).toBe("冷飲價格 30 → 35");
  expect(changeText(t, { column: "price_hot", before: "30", after: "", removed: ["30"] })).toBe("熱飲價格 30 → 無");
  expect(changeText(t, { column: "option_groups", before: "甜度|冰量", after: "甜度", removed: ["冰量"] })).toBe("附加選項 甜度、冰量 → 甜度（拿掉 冰量）");
  expect(changeText(t, { column: "display", before: "listed", after: "hidden", removed: [] })).toBe("狀態 上架 → 隱藏");
});

it("sums up what many products lose", () => {
  expect(removalText(t, { column: "price_hot", item: "", products: 12 })).toBe("熱飲價格：12 項商品");
  expect(removalText(t, { column: "option_groups", item: "冰量", products: 3 })).toBe("附加選項「冰量」：3 項商品");
});
