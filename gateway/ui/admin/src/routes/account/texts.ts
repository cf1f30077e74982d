import type { Texts } from "@yizhimai/kit";

export const texts = {
  again: ["再輸入一次新密碼", "New password again"],
  changePassword: ["更改密碼", "Change password"],
  currentPassword: ["目前的密碼", "Current password"],
  differs: ["兩次輸入的新密碼不一樣", "The two new passwords differ"],
  end: ["登出這台", "Sign it out"],
  newPassword: ["新密碼", "New password"],
  password: ["密碼", "Password"],
  passwordChanged: ["密碼改好了，其他裝置都已登出。", "The password is changed; all other devices are signed out."],
  passwordHint: ["改密碼之後，其他裝置會在 5 秒內登出。", "After a change all other devices are signed out within 5 seconds."],
  passwordRule: ["至少 10 個字，不要包含帳號", "At least 10 characters, without the account name"],
  sessions: ["登入中的裝置", "Where you are signed in"],
  sessionsHint: ["看到不認得的裝置，請登出它並更改密碼。", "If you don't recognise one, sign it out and change your password."],
  thisOne: ["這一台", "This one"],
  usedAt: ["最近使用 {time}", "last used {time}"],
} as const satisfies Texts;
