import type { Texts } from "@yizhimai/kit";

export const texts = {
  nothing: ["你的帳號目前沒有可以使用的功能", "Your account can use no function for now"],
  nothingHint: ["你的職稱會用到的功能還沒有開放，或是這個帳號還沒有分店。", "The functions of your role are not open yet, or the account has no branch."],
} as const satisfies Texts;
