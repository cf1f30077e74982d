import type { Texts } from "@yizhimai/kit";

export const texts = {
  account: ["帳號", "Account"],
  accountNeeded: ["請填帳號", "Enter your account"],
  code: ["總部代碼", "Organisation code"],
  codeNeeded: ["請填總部代碼", "Enter the organisation code"],
  enter: ["登入", "Sign in"],
  forgot: ["這裡還不能重設密碼。", "Passwords cannot be reset here yet."],
  lead: ["接單、菜單、庫存，都在這裡。", "Orders, menu and stock in one place."],
  password: ["密碼", "Password"],
  passwordNeeded: ["請填密碼", "Enter the password"],
  title: ["一指買 店家後台", "Yizhimai for shops"],
} as const satisfies Texts;
