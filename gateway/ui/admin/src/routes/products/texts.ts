import type { Texts } from "@yizhimai/kit";

export const texts = {
  allCategories: ["全部分類", "All categories"],
  allDisplays: ["全部狀態", "All states"],
  archiveTitle: ["封存 {count} 項商品", "Archive {count} {count|product|products}"],
  bulkDone: ["{count} 項都改好了", "All {count} changed"],
  bulkPartly: ["{done} 項改好，{failed} 項沒有改成", "{done} changed, {failed} not"],
  find: ["找商品名稱或代碼", "Name or code"],
  listHint: ["改好之後記得發布菜單，客人才會看到。", "Publish the menu when done, so that customers see it."],
  none: ["還沒有商品", "No products yet"],
  noneFound: ["沒有符合的商品", "No product matches"],
  noneHint: ["最快的方式是匯入一份 CSV 菜單：分類、品名、冷熱價格。", "The quickest start is a CSV menu: category, name, cold and hot price."],
} as const satisfies Texts;
