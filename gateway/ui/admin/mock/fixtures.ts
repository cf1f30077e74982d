import type { Me, Order, OrderLine, Product, StockItem } from "../src/data/types";

/** Small typed things with sensible values, for tests; name only what matters. */
export function line(part: Partial<OrderLine> = {}): OrderLine {
  return {
    product_id: "p", variant_id: "v", product_name: "珍珠奶茶", variant_name: "冷", quantity: 1,
    unit_list: 55, list: 55, net: 55, unit_nets: [55], adjustments: [], options: [], note: "", tax_type: "taxable",
    unit_points: [], offered_by: "", offer_gone: false, gift_of: "", ...part,
  };
}

export function order(part: Partial<Order> = {}): Order {
  return {
    order_id: "order-1", brand_id: "brand", branch_id: "branch", order_number: "7K2PQ", pickup_number: "001", state: "placed",
    method: "pickup", wanted_at: null, promised_at: "2026-06-12T02:45:00Z", created_at: "2026-06-12T02:30:00Z", placed_at: "2026-06-12T02:30:00Z",
    accepted_at: null, ready_at: null, completed_at: null, currency: "TWD", lines: [line()], fees: [], total: 55, paid: 0,
    contact_name: "王小姐", contact_phone: "0912***345", remark: "", utensils: false, test: false, cancel_reason: null, cancel_text: "",
    business_day: "2026-06-12", version: 1, menu_number: 1, next_states: ["accepted", "rejected"], undo_until: null, rescheduled_from: null, reschedule_reason: "",
    channel: "web", kind: "guest", member_id: null, table_name: null, method_name: null, payment_method: "on_site", payment_state: "unpaid", revision: 1,
    pay_by: null, pay_now: 0, payment_name: "", payment_progress: "none", refunded: 0, refunding: 0,
    list_total: 55, goods_total: 55, benefits: null, ...part,
  };
}

export function me(part: Partial<Me["account"]> = {}): Me {
  return {
    account: {
      account_id: "account", account: "owner", name: "陳老闆", role: "owner",
      permissions: { "store.catalog": "manage", "store.hours": "manage", "ops.orders": "manage", "ops.stock": "manage", "ops.pause": "manage", "ops.capacity": "manage", "ops.future": "manage", "report.transactions": "manage", "pay.settings": "manage", "device.printers": "manage", "member.list": "manage", "member.promotions": "manage", "member.codes": "manage", "member.point_rules": "manage", "member.profiles": "manage", "member.vip": "manage", "member.tags": "manage", "member.coupons": "manage", "member.ledger": "manage", "staff.accounts": "manage", "system.settings": "manage" },
      actions: ["order.cancel_late", "order.reopen", "order.refund", "member.unmask", "member.export", "member.erase", "member.merge", "points.adjust", "coupon.void", "test.order", "audit.view", "payment.credentials"], scope: { organisation: true, brand_ids: [], branch_ids: [] },
      enabled: true, version: 1, ...part,
    },
    organisation: { organisation_id: "org", code: "demo", name: "好日子餐飲", plan: "max" },
  };
}

/** Who works at the mock: the owner, or `MOCK_ROLE` a role of docs/rules.md, Starter roles, to look at screens through their eyes. */
export function person(): Me {
  const role = process.env.MOCK_ROLE;
  if (role === "kitchen") return me({ role, name: "廚房", permissions: { "ops.orders": "operate", "ops.pause": "manage" }, actions: [] });
  if (role === "counter") return me({ role, name: "櫃檯", permissions: { "ops.orders": "manage", "ops.stock": "view", "ops.pause": "manage", "ops.future": "view" }, actions: [] });
  return me();
}

export function product(part: Partial<Product> = {}): Product {
  return {
    product_id: "p", brand_id: "brand", code: "", name: "珍珠奶茶", name_en: "", description: "", category_ids: ["c"],
    variants: [{ variant_id: "v", name: "", price: 55 }], option_group_ids: [], tax_type: "taxable", display: "listed",
    min_per_order: 1, max_per_order: 99, make_seconds: 60, position: 0, allergens: "", station: "", print_tag: "", version: 1, ...part,
  };
}

export function stockItem(part: Partial<StockItem> = {}): StockItem {
  return {
    branch_id: "branch", sku_id: "v", mode: "running", on_hand: 10, held: 0, available: 10, daily_amount: 0, low_threshold: 0, shortfall: 0, days: [],
    rules: { weekday_amounts: [], date_amounts: [], max_per_order: 0, show_last: 5, deduct: "at_once" }, version: 1, ...part,
  };
}
