import type { Texts } from "@yizhimai/kit";

/** Texts of the screens about members and what they get. */
export const texts = {
  begin: ["建立規則", "Create rules"],
  beginFor: ["為「{name}」建立", "Create for {name}"],
  change: ["修改規則", "Change the rules"],
  couponState: {
    unused: ["未使用", "unused"],
    held: ["訂單保留中", "held by an order"],
    used: ["已使用", "used"],
    expired: ["已過期", "expired"],
    voided: ["已作廢", "void"],
    transferred: ["已轉贈", "passed on"],
  },
  effective: ["什麼時候開始", "From when"],
  effectiveAt: ["指定時間", "At a time"],
  effectiveHint: ["影響會員權益的規則，建議先排定時間並公告。", "Rules that members rely on are best announced first and start later."],
  effectiveNeeded: ["請選開始的時間。", "Choose when it starts."],
  effectiveNow: ["儲存後立即", "As soon as it is saved"],
  target: {
    included: {
      label: { categories: ["分類", "Categories"], products: ["商品", "Products"] },
      none: ["沒有選", "None chosen"],
    },
    excluded: {
      label: { categories: ["不包含的分類", "Categories left out"], products: ["不包含的商品", "Products left out"] },
      none: ["全部都算", "Everything counts"],
    },
  },
  history: ["以前的規則（{count}）", "Earlier rules ({count})"],
  inForceSince: ["{time} 起生效中，{name} 儲存", "In force since {time}, saved by {name}"],
  ofBrandOnly: ["這份規則由總部或品牌統一設定，你的帳號可以看，不能改。", "These rules are set for the organisation or brand as a whole; your account may look at them."],
  pastFrom: ["{time} 起，{name} 儲存", "from {time}, saved by {name}"],
  pendingChange: ["修改", "Change"],
  pendingTitle: ["{time} 起會換成新的規則", "New rules from {time}"],
  pendingBy: ["{name} 在 {time} 排定", "planned by {name} at {time}"],
  planNeeded: ["要「{plan}」方案才能修改；已經有的資料都會保留。", "Changing this needs the plan {plan}; what is there stays."],
  programme: ["看哪一份規則", "Which rules"],
  scope: ["哪些品牌一起算", "Which brands count together"],
  scopeAll: ["全部品牌", "All brands"],
  scopeBrand: ["單一品牌", "One brand"],
  scopeHint: ["一起算的品牌，點數與等級互通。選定以後就不能改。", "Brands that count together share points and tiers. It can't be changed later."],
  versionWithdrawn: ["已撤回", "withdrawn"],
  withdraw: ["撤回", "Withdraw"],
  withdrawText: ["現在的規則會繼續使用，這次排定的內容不會生效。", "The present rules stay; what was planned never takes effect."],
  withdrawTitle: ["撤回 {time} 的變更", "Withdraw the change of {time}"],
  withdrawn: ["已撤回", "Withdrawn"],
} as const satisfies Texts;
