import type { Texts } from "@yizhimai/kit";

export const texts = {
  add: ["新增分類", "Add a category"],
  archive: ["封存分類", "Archive category"],
  archiveEmpty: ["這個分類裡沒有商品，封存後就不會出現在菜單上。", "It has no products; once archived it no longer shows on the menu."],
  archiveMove: ["裡面還有 {count} 項商品，要移到哪個分類？", "It still has {count} {count|product|products}. Where should they go?"],
  archiveTitle: ["封存分類「{name}」", "Archive the category “{name}”"],
  hint: ["客人點餐頁的分頁，由上到下就是由左到右。", "The tabs of the ordering page; top to bottom here is left to right there."],
  moveTo: ["移到…", "Move to…"],
  name: ["分類名稱", "Category name"],
  nameNeeded: ["請填分類名稱", "Enter a name"],
  none: ["還沒有分類", "No categories yet"],
  noneHint: ["先建一個分類，或直接匯入菜單檔，分類會一起建好。", "Add one, or import a menu file and its categories come along."],
  placeholder: ["例如：純茶、奶茶、季節限定", "Such as Tea, Milk tea, Seasonal"],
  products: ["{count} 項商品", "{count} {count|product|products}"],
  rename: ["修改分類", "Rename category"],
} as const satisfies Texts;
