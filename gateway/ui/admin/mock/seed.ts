import type { Brand, Branch, Category, Hours, OptionGroup, Order, OrderLine, OrderState, Product, Recipe, StockComponent, StockItem } from "../src/data/types";
import { order as orderOf, stockItem } from "./fixtures";

let counter = 0;

/** A fresh id of UUID form, the same in every run. */
export function id(): string {
  counter += 1;
  return `01930000-0000-7000-8000-${String(counter).padStart(12, "0")}`;
}

export interface State {
  brands: Brand[];
  branches: Branch[];
  categories: Map<string, Category[]>;
  products: Map<string, Product>;
  groups: Map<string, OptionGroup[]>;
  hours: Map<string, Hours>;
  stock: Map<string, StockItem[]>;
  components: Map<string, StockComponent[]>;
  recipes: Map<string, Recipe[]>;
  orders: Map<string, Order>;
}

const menu: Record<string, readonly (readonly [name: string, cold: number, hot?: number])[]> = {
  純茶: [["紅玉紅茶", 30, 30], ["翠玉綠茶", 30, 30], ["四季春青茶", 30], ["炭焙烏龍", 35, 35]],
  奶茶: [["珍珠奶茶", 55, 55], ["黑糖珍珠鮮奶", 75, 75], ["烏龍奶茶", 50, 50], ["芋頭牛奶", 70, 70], ["伯爵奶茶", 50]],
  果茶: [["檸檬紅茶", 50], ["百香雙響炮", 65], ["葡萄柚綠茶", 65], ["鳳梨冰茶", 60]],
  季節限定: [["楊枝甘露", 85], ["霸氣芒果綠", 80], ["草莓鮮奶", 95]],
};

const sweetness = ["正常糖", "少糖", "半糖", "微糖", "無糖"];
const ice = ["正常冰", "少冰", "微冰", "去冰", "熱"];
const toppings: readonly (readonly [string, number])[] = [["珍珠", 10], ["椰果", 10], ["仙草凍", 10], ["布丁", 15], ["鮮奶油", 20]];

function group(name: string, min: number, max: number, options: readonly (readonly [string, number])[]): OptionGroup {
  return {
    option_group_id: id(), name, min, max, free_count: 0, version: 1,
    options: options.map(([option, price], index) => ({ option_id: id(), name: option, price, max_quantity: min === 0 ? 2 : 1, default_chosen: min > 0 && index === 0 })),
  };
}

function branch(brand_id: string, name: string, code: string, state: Branch["state"] = "live"): Branch {
  return { branch_id: id(), brand_id, code, slug: code.toLowerCase(), name, phone: "+886223456789", address: "台北市大安區和平東路一段 10 號", time_zone: "Asia/Taipei", cutoff_minutes: 240, state, version: 1 };
}

/** The moves the server would name, as far as screens need them. */
export const next: Record<OrderState, OrderState[]> = {
  pending_payment: [], placed: ["accepted", "preparing", "rejected"], accepted: ["preparing", "cancelled"], preparing: ["ready", "completed", "cancelled"],
  ready: ["completed", "no_show", "cancelled"], delivering: ["completed", "ready"], completed: ["preparing"], cancelled: [], rejected: [], expired: [], no_show: [],
};

const people = ["王小姐", "林先生", "陳小姐", "張先生", "黃怡君", "李佳蓉", "吳先生", "蔡小姐", "Kevin", "許太太"];
const remarks = ["", "", "", "袋子幫我分開裝", "", "會晚五分鐘到", "", "對花生過敏，請務必換湯匙", "", ""];

function linesFor(state: State, brandId: string, n: number): OrderLine[] {
  const products = [...state.products.values()].filter((one) => one.brand_id === brandId);
  const [sugar, cold, extra] = state.groups.get(brandId) ?? [];
  return Array.from({ length: 1 + (n % 3) }, (_, index): OrderLine => {
    const product = products[(n * 5 + index * 7) % products.length] as Product;
    const variant = product.variants[(n + index) % product.variants.length] ?? { name: "", price: 0, variant_id: "" };
    const quantity = 1 + ((n + index) % 4 === 0 ? 2 : 0);
    const options = [sugar?.options[(n + index) % 5], cold?.options[(n + 2 * index) % 4], ...((n + index) % 3 === 0 ? [extra?.options[n % 5]] : [])];
    const sold = options.flatMap((option) => (option ? [{ option_id: option.option_id ?? "", group_name: "", name: option.name, quantity: option.price > 0 && n % 2 === 0 ? 2 : 1, amount: option.price }] : []));
    const unit = variant.price + sold.reduce((sum, option) => sum + option.amount * option.quantity, 0);
    return {
      product_id: product.product_id, variant_id: variant.variant_id ?? "", product_name: product.name, variant_name: variant.name, quantity,
      unit_list: unit, list: unit * quantity, net: unit * quantity, unit_nets: Array<number>(quantity).fill(unit), adjustments: [], options: sold, note: n % 6 === 0 && index === 0 ? "冰塊另外裝，謝謝" : "", tax_type: "taxable",
      unit_points: [], offered_by: "", offer_gone: false, gift_of: "",
    };
  });
}

/** What benefits did to an order, of every kind the detail shows. */
function benefitsOf(total: number): Order["benefits"] {
  const rule = { rule_version: 1, params: {} };
  return {
    discounts: [
      { ...rule, stage: "B", rule_id: "any", name: "任選三杯 99", amount: -6, kind: "any_n_price", params: { n: "3", price: "99", off: "6", times: "1" } },
      { ...rule, stage: "E", rule_id: "code", name: "新朋友折 20", amount: -20, kind: "spend_amount", params: { at: "100", amount: "20", off: "20", times: "1" } },
    ],
    gifts: [{ ...rule, rule_id: "gift", name: "滿額贈", product_id: "p", variant_id: "v", product_name: "布丁", variant_name: "", quantity: 1, unit_list: 35, state: "sold_out" }],
    entered: [
      { kind: "code", field: "codes[0]", entered: "HELLO20", used: true, rule_id: "code", rule_version: 1, name: "新朋友折 20", amount: -20, reason: "", params: {}, total_with: null, total_without: null, ends_at: null },
      { kind: "coupon", field: "coupons[0]", entered: "c", used: false, rule_id: "coupon", rule_version: 1, name: "九折券", amount: 0, reason: "MIN_SPEND", params: { gap: "30" }, total_with: null, total_without: null, ends_at: null },
    ],
    not_applied: [
      { ...rule, rule_id: "x", name: "滿 500 折 80", reason: "MIN_SPEND", params: { gap: String(Math.max(1, 500 - total)) } },
      { ...rule, rule_id: "y", name: "整單 9 折", reason: "LOST_TO_BETTER", params: { saving: "14" } },
    ],
    points: { programme_id: "points", programme_version: 1, unit_name: "點", requested: 30, used: 28, amount: -28, capped: true, to_earn: 16, earning_base: 116, factor_bp: 15_000, balance: null, worth_of_100: 0, min_points: 0, step: 0 },
  };
}

/** A new order as customers would place it. */
export function makeOrder(state: State, branch: Branch, n: number, at: number, phase: OrderState = "placed"): Order {
  const lines = linesFor(state, branch.brand_id, n);
  const total = lines.reduce((sum, line) => sum + line.net, 0);
  const iso = (time: number) => new Date(time).toISOString();
  return orderOf({
    order_id: id(), brand_id: branch.brand_id, branch_id: branch.branch_id, order_number: `${"7K2PQ3M9XZ"[n % 10] ?? "7"}${String(2000 + n)}`,
    pickup_number: String(n + 1).padStart(3, "0"), state: phase, created_at: iso(at), placed_at: iso(at), promised_at: iso(at + 15 * 60_000), wanted_at: n % 7 === 3 ? iso(at + 25 * 60_000) : null,
    accepted_at: phase === "placed" ? null : iso(at + 60_000), ready_at: phase === "ready" ? iso(at + 10 * 60_000) : null, lines, total, paid: 0,
    contact_name: people[n % people.length] ?? "", contact_phone: `09${String(10 + (n % 80))}***${String(100 + n).slice(-3)}`, remark: remarks[n % remarks.length] ?? "",
    utensils: n % 4 === 0, test: n % 19 === 18, business_day: new Date(at).toISOString().slice(0, 10), next_states: next[phase],
    list_total: total + 26, goods_total: total, benefits: n % 4 === 1 ? benefitsOf(total) : null,
  });
}

/** The demonstration chain the mock begins with. */
export function seed(openOrders: number): State {
  const brands: Brand[] = [
    { brand_id: id(), slug: "haocha", name: "好日子茶飲", currency: "TWD", accent: "#0f6f68", introduction: "每天現泡，好好喝茶。", version: 1 },
    { brand_id: id(), slug: "xiaoman", name: "小滿便當", currency: "TWD", accent: "#a4451c", introduction: "", version: 1 },
  ];
  const [tea, bento] = brands as [Brand, Brand];
  const branches = [branch(tea.brand_id, "師大店", "A01"), branch(tea.brand_id, "公館店", "A02"), branch(bento.brand_id, "台北車站店", "B01", "setup")];
  const state: State = {
    brands, branches, categories: new Map(), products: new Map(), groups: new Map(), hours: new Map(), stock: new Map(), components: new Map(), recipes: new Map(), orders: new Map(),
  };
  const groups = [group("甜度", 1, 1, sweetness.map((name) => [name, 0])), group("冰量", 1, 1, ice.map((name) => [name, 0])), group("加料", 0, 3, toppings)];
  state.groups.set(tea.brand_id, groups);
  state.groups.set(bento.brand_id, []);
  state.categories.set(bento.brand_id, []);
  const categories = Object.keys(menu).map((name, position): Category => ({ category_id: id(), name, position, version: 1 }));
  state.categories.set(tea.brand_id, categories);
  for (const category of categories) {
    for (const [position, [name, cold, hot]] of (menu[category.name] ?? []).entries()) {
      const product_id = id();
      state.products.set(product_id, {
        product_id, brand_id: tea.brand_id, code: "", name, name_en: "", description: "", category_ids: [category.category_id],
        variants: hot === undefined ? [{ variant_id: id(), name: "冷", price: cold }] : [{ variant_id: id(), name: "冷", price: cold }, { variant_id: id(), name: "熱", price: hot }],
        option_group_ids: groups.map((one) => one.option_group_id), tax_type: "taxable", display: name === "草莓鮮奶" ? "hidden" : "listed",
        min_per_order: 1, max_per_order: 99, make_seconds: 60, position, allergens: /奶/u.test(name) ? "含牛奶" : "",
        station: category.name === "季節限定" ? "果汁台" : "吧台", print_tag: hot === undefined ? "冷飲" : "熱飲", version: 1,
      });
    }
  }
  const skus = [...state.products.values()].flatMap((one) => one.variants.map((variant) => variant.variant_id ?? ""));
  for (const one of branches) {
    state.hours.set(one.branch_id, {
      branch_id: one.branch_id, slot_minutes: 15, lead_minutes: 15, days_ahead: 3, last_order_minutes: 15, max_orders_per_slot: 20, version: 1, methods: [], outside_hours: "future_only",
      periods: [1, 2, 3, 4, 5, 6, 7].flatMap((weekday) =>
        weekday === 3 ? [] : weekday >= 5 ? [{ weekday, open_minute: 600, close_minute: 840 }, { weekday, open_minute: 960, close_minute: 120 }] : [{ weekday, open_minute: 600, close_minute: 1320 }],
      ),
    });
    state.stock.set(one.branch_id, skus.slice(8, 15).map((sku_id, index) => {
      const [on_hand, held] = [index === 2 ? 0 : 40 - index * 6, index === 1 ? 2 : 0];
      return stockItem({ branch_id: one.branch_id, sku_id, mode: index > 4 ? "daily" : "running", on_hand, held, available: on_hand - held, daily_amount: index > 4 ? 30 : 0, low_threshold: 8 });
    }));
  }
  const [pearls, cups] = [id(), id()] as const;
  state.components.set(tea.brand_id, [
    { brand_id: tea.brand_id, sku_id: pearls, name: "珍珠", archived: false, version: 1 },
    { brand_id: tea.brand_id, sku_id: cups, name: "杯子 700cc", archived: false, version: 1 },
  ]);
  state.recipes.set(tea.brand_id, skus.slice(16, 19).map((sku_id) => ({ brand_id: tea.brand_id, sku_id, parts: [{ component_id: pearls, units: 1 }, { component_id: cups, units: 1 }], version: 1, sellable: 24 })));
  for (const one of branches) {
    const day = { business_day: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10), planned: 0, on_hand: 0, held: 4, available: 0, shortfall: 4 };
    const expected = { business_day: day.business_day, planned: 30, on_hand: 24, held: 2, available: 22, shortfall: 0 };
    const items = state.stock.get(one.branch_id) ?? [];
    state.stock.set(one.branch_id, [
      ...items.map((item, index) => (index === 5 ? { ...item, days: [day] } : index === 3 ? { ...item, daily_amount: 30, rules: { ...item.rules, deduct: "on_day" as const }, days: [expected] } : item)),
      stockItem({ branch_id: one.branch_id, sku_id: pearls, on_hand: 24, available: 24, low_threshold: 30 }),
      stockItem({ branch_id: one.branch_id, sku_id: cups, on_hand: 480, available: 480 }),
    ]);
  }
  const phases: OrderState[] = ["placed", "accepted", "preparing", "preparing", "ready", "accepted"];
  const [first, second] = branches as [Branch, Branch];
  for (let n = 0; n < openOrders; n += 1) {
    const made = makeOrder(state, first, n, Date.now() - (openOrders > 50 ? n % 40 : 22 - n) * 60_000, phases[n % phases.length]);
    state.orders.set(made.order_id, made);
  }
  for (const [n, hours] of [1, 3, 26].entries()) {
    const made = makeOrder(state, second, openOrders + n, Date.now() + hours * 3_600_000, "accepted");
    state.orders.set(made.order_id, { ...made, created_at: new Date().toISOString() });
  }
  return state;
}
