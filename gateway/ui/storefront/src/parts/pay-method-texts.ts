import type { Texts } from "@yizhimai/kit";

export const texts = {
  test: ["測試", "Test"],
  deposit: ["訂金 {amount}", "Deposit {amount}"],
} as const satisfies Texts;
