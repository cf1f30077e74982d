import type { Texts } from "@yizhimai/kit";

export const texts = {
  startTitle: ["要跟哪家店點餐？", "Which shop would you like to order from?"],
  startHint: ["從店家給的連結進來，就會看到菜單。", "Open the link the shop gave you to see its menu."],
  title: ["這裡沒有東西", "There is nothing here"],
  hint: ["連結可能打錯，或已經換了地方。", "The link may be mistyped or have moved."],
  home: ["回到店家首頁", "To the shop's front page"],
} as const satisfies Texts;
