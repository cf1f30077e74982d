import type { Menu, MenuOptionGroup, MenuProduct } from "@yizhimai/api";

/** An invented tea shop, so that the screens can be built without a gateway. */
type Row = [name: string, prices: Record<string, number>, more?: { description?: string; en?: string; allergens?: string }];

const teas: Record<string, Row[]> = {
  人氣推薦: [
    ["黑糖珍珠鮮奶", { 中: 60, 大: 75 }, { description: "手炒黑糖、現煮珍珠，先喝三口再攪拌", en: "Brown sugar pearl milk", allergens: "牛奶" }],
    ["冬瓜檸檬", { 中: 40, 大: 50 }, { description: "古早味冬瓜磚加現榨檸檬", en: "Winter melon lemon" }],
    ["紅玉鮮奶茶", { 中: 50, 大: 65 }, { en: "Ruby milk tea", allergens: "牛奶" }],
  ],
  喝純茶: [
    ["紅玉紅茶", { 中: 30, 大: 35 }, { description: "日月潭台茶 18 號，尾韻帶薄荷與肉桂香", en: "Ruby black tea" }],
    ["翠玉綠茶", { 中: 25, 大: 30 }, { en: "Jade green tea" }],
    ["茉香綠茶", { 中: 25, 大: 30 }, { en: "Jasmine green tea" }],
    ["淺焙烏龍茶", { 中: 30, 大: 35 }, { en: "Light oolong" }],
    ["伯爵紅茶", { 中: 30, 大: 35 }, { en: "Earl Grey" }],
    ["蕎麥茶", { 中: 25, 大: 30 }, { description: "無咖啡因，熱的更香", en: "Buckwheat tea" }],
  ],
  古早冬瓜: [
    ["冬瓜茶", { 大: 35 }, { en: "Winter melon tea" }],
    ["冬瓜仙草茶", { 大: 45 }, { en: "Winter melon grass jelly" }],
    ["黑糖冬瓜茶", { 大: 40 }],
    ["冬瓜金桔", { 大: 50 }],
    ["冬瓜百香", { 大: 50 }],
  ],
  奶茶: [
    ["珍珠奶茶", { 中: 45, 大: 55 }, { description: "珍珠每兩小時現煮一次", en: "Pearl milk tea", allergens: "牛奶" }],
    ["烏龍奶茶", { 中: 45, 大: 55 }, { allergens: "牛奶" }],
    ["仙草凍奶茶", { 中: 50, 大: 60 }, { allergens: "牛奶" }],
    ["布丁奶茶", { 中: 55, 大: 65 }, { allergens: "牛奶、蛋" }],
  ],
  鮮果特調: [
    ["滿杯紅柚", { 大: 70 }, { description: "紅肉葡萄柚現剝現搖" }],
    ["百香雙響炮", { 大: 65 }],
    ["鮮榨檸檬綠", { 大: 55 }],
    ["金桔檸檬", { 大: 55 }],
  ],
  點心: [
    ["紅茶茶葉蛋", { 單顆: 15, 三顆: 40 }, { allergens: "蛋" }],
    ["花生麻糬", { 一份: 35 }, { description: "每日現搗，當天賣完為止", allergens: "花生" }],
    ["古早味蛋糕", { 一片: 45 }, { allergens: "蛋、牛奶、麩質" }],
  ],
};

const option = (id: string, name: string, price = 0, more: Partial<MenuOptionGroup["options"][number]> = {}) => ({
  option_id: id, name, price, max_quantity: 1, default_chosen: false, ...more,
});

const groups: MenuOptionGroup[] = [
  {
    option_group_id: "sugar", name: "甜度", min: 1, max: 1, free_count: 0,
    options: [option("s100", "正常糖"), option("s70", "少糖"), option("s50", "半糖"), option("s30", "微糖"), option("s0", "無糖")],
  },
  {
    option_group_id: "ice", name: "冰量", min: 1, max: 1, free_count: 0,
    options: [option("i100", "正常冰"), option("i50", "少冰"), option("i30", "微冰"), option("i0", "去冰"), option("hot", "熱")],
  },
  {
    option_group_id: "topping", name: "加料", min: 0, max: 3, free_count: 0,
    options: [
      option("pearl", "珍珠", 10, { max_quantity: 2 }), option("jelly", "仙草凍", 10), option("coconut", "椰果", 10),
      option("pudding", "布丁", 15), option("cream", "鮮奶蓋", 25),
    ],
  },
];

function product(category: string, number: number, [name, prices, more = {}]: Row): MenuProduct {
  const id = `p-${category}-${number}`;
  return {
    product_id: id, name, name_en: more.en ?? "", description: more.description ?? "",
    allergens: more.allergens ?? "", min_per_order: 1, max_per_order: name === "古早味蛋糕" ? 6 : 99,
    variants: Object.entries(prices).map(([variant, price]) => ({ variant_id: `${id}-${variant}`, name: variant, price })),
    station: category === "點心" ? "廚房" : "吧台",
    option_group_ids: category === "點心" ? [] : ["sugar", "ice", "topping"],
  };
}

const brand = {
  brand_id: "b1", slug: "riri", name: "日日沏茶", currency: "TWD", accent: "#1f6f54",
  introduction: "台灣茶，每天現沏。冬瓜磚自己熬，珍珠每兩小時煮一次。",
};

export const branches = [
  { branch_id: "br1", slug: "yongkang", name: "永康店", phone: "+886223567890", address: "台北市大安區永康街 12 巷 3 號", time_zone: "Asia/Taipei" },
  { branch_id: "br2", slug: "gongguan", name: "公館店", phone: "+886223651234", address: "台北市中正區羅斯福路四段 90 號", time_zone: "Asia/Taipei" },
  { branch_id: "br3", slug: "tainan", name: "台南國華店", phone: "+88662214567", address: "台南市中西區國華街三段 28 號", time_zone: "Asia/Taipei" },
];

export function demoMenu(branch: (typeof branches)[number], number: number, priceOf: (variantId: string, price: number) => number): Menu {
  const categories = Object.entries(teas);
  const products = categories.flatMap(([category, rows]) => rows.map((row, at) => product(category, at, row)));
  for (const item of products) {
    item.variants = item.variants.map((variant) => ({ ...variant, price: priceOf(variant.variant_id, variant.price) }));
  }
  return {
    menu_version_id: `menu-${number}`, number, published_at: new Date().toISOString(), brand, branch,
    categories: categories.map(([name, rows], at) => ({
      category_id: `cat${at}`, name, product_ids: rows.map((_, row) => `p-${name}-${row}`),
    })),
    products, option_groups: groups,
  } as Menu;
}
