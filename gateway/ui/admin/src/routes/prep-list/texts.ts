import type { Texts } from "@yizhimai/kit";

export const texts = {
  title: ["備料表", "Prep list"],
  hint: ["把還沒做完的訂單依工作站加總，測試訂單不算。", "Adds up the orders that are still to be made, by station; test orders do not count."],
  branch: ["分店", "Branch"],
  day: ["營業日", "Business day"],
  span: ["時間", "Time"],
  spanOf: {
    whole: ["整天", "All day"],
    part: ["選時段", "Part of the day"],
  },
  from: ["從", "From"],
  to: ["到", "To"],
  overnight: ["到隔天凌晨", "into the night that follows"],
  partHint: ["依希望取件時間；盡快的訂單依承諾時間。", "By the time an order is wanted at; by the promised time for those as soon as possible."],
  point: ["在哪裡印", "Print at"],
  pointWords: ["{name} · {place}", "{name} · {place}"],
  preview: ["實際印出來的樣子", "As it is printed"],
  orders: ["{count} 筆訂單", "{count} {count|order|orders}"],
  fresh: ["印的時候會用最新的訂單再算一次。", "The orders are added up anew when it is printed."],
  none: ["這段時間沒有要備的訂單", "No orders to prepare for then"],
  noneHint: ["換一天或換個時段看看。", "Choose another day or time."],
  noPoints: ["這間分店還沒有列印點", "This branch has no print points yet"],
  noPointsHint: ["先到出單機設定新增列印點，備料表才有地方印。", "Add a print point where printers are set up first."],
  toPrinters: ["到出單機設定", "Set up printers"],
  print: ["列印備料表", "Print the prep list"],
  printed: ["備料表已送去列印", "The prep list is on its way to the printer"],
} as const satisfies Texts;
