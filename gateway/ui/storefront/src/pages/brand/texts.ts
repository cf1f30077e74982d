import type { Texts } from "@yizhimai/kit";

export const texts = {
  search: ["找門市、地址", "Shop or address"],
  none: ["還沒有開放線上點餐的門市", "No shop takes online orders yet"],
  noneHint: ["請晚點再來，或直接到店裡點餐。", "Please come back later, or order at the shop."],
  noMatch: ["沒有符合「{text}」的門市", "No shop matches “{text}”"],
} as const satisfies Texts;
