import type { Texts } from "@yizhimai/kit";

export const texts = {
  title: ["轉送的優惠券", "A coupon for you"],
  from: ["{name}送您一張優惠券", "{name} passes a coupon on to you"],
  fromFriend: ["朋友送您一張優惠券", "A friend passes a coupon on to you"],
  uses: ["可用 {uses} 次", "Good for {uses} {uses|use|uses}"],
  until: ["有效到 {date}", "Valid until {date}"],
  validFrom: ["{date} 起可用", "Valid from {date}"],
  terms: ["使用說明", "Terms"],
  takeBy: ["{time} 前可以領取", "Can be taken until {time}"],
  guest: ["登入會員就能領取。", "Sign in as a member to take it."],
  take: ["領取", "Take it"],
  taking: ["領取中…", "Taking it…"],
  taken: ["領到了，結帳時就能使用。", "It is yours, to use at checkout."],
  own: ["這是您轉送的券，把連結傳給朋友就好。領走前您還是可以用。", "This is your own coupon: send the link to a friend. Until it is taken you can still use it."],
  mine: ["看我的優惠券", "My coupons"],
  menu: ["去點餐", "To the menu"],
  over: ["領不到這張券", "This coupon can't be taken"],
} as const satisfies Texts;
