import type { Texts } from "@yizhimai/kit";

export const texts = {
  title: ["優惠", "Benefits"],
  list: ["商品原價", "Goods at list price"],
  goods: ["優惠後的商品", "Goods after benefits"],
  entered: ["客人輸入的", "Entered by the customer"],
  code: ["優惠碼 {entered}", "Code {entered}"],
  coupon: ["優惠券", "Coupon"],
  couponNamed: ["優惠券「{name}」", "Coupon {name}"],
  points: ["點數", "Points"],
  used: ["已使用", "Used"],
  notUsed: ["未套用", "Not applied"],
  withIt: ["用了的話這張訂單是 {total}，沒用是 {without}。", "With it the order would be {total}, without {without}."],
  notApplied: ["沒有套用的活動（{count}）", "Offers that did not apply ({count})"],
  gifts: ["贈品", "Gifts"],
  giftState: {
    given: ["已附上", "Given"],
    sold_out: ["贈品已送完", "Sold out"],
    declined: ["客人不要", "Not wanted"],
  },
  gift: ["{name}：{product} × {count}", "{name}: {product} × {count}"],
  pointsUsed: ["使用 {used} {unit}", "{used} {unit} used"],
  pointsCapped: ["想用 {requested}，這張訂單最多用 {used} {unit}", "{requested} requested; the order takes {used} {unit}"],
  pointsEarn: ["完成後得 {earned} {unit}（{base} 可累積）", "Earns {earned} {unit} when completed (of {base})"],
  pointsEarnFactor: ["完成後得 {earned} {unit}（{base} 可累積，{factor} 倍）", "Earns {earned} {unit} when completed (of {base}, {factor}×)"],
} as const satisfies Texts;
