import type { Brand, Branch, Category, CountedMovement, OptionGroup, Order, OrderState, Product, Recipe, Reschedule, StockDay, StockItem, StockMovement, Transition } from "../src/data/types";
import { person, stockItem } from "./fixtures";
import { auditRoutes } from "./audit";
import { benefitRoutes } from "./benefits";
import { givingRoutes } from "./giving";
import { hoursRoutes, orderSlots } from "./hours";
import { ledgerRoutes } from "./ledger";
import { limitRoutes } from "./limits";
import { memberRoutes } from "./members";
import { pauseRoutes } from "./pauses";
import { paymentRoutes } from "./payments";
import { printingRoutes } from "./printing";
import { refundRoutes } from "./refunds";
import { settlementRoutes } from "./settlements";
import { badField, found, Refusal, sameVersion, type World } from "./world";

export interface Call {
  world: World;
  ids: string[];
  query: URLSearchParams;
  body: unknown;
  text: string;
}

interface Answer {
  status?: number;
  body?: unknown;
  cookies?: string[];
}

export type Route = readonly [verb: string, path: RegExp, act: (call: Call) => Answer];

const first = ({ ids }: Call): string => ids[0] ?? "";
const nothing: Answer = { status: 204, body: "" };
const closedStates: readonly OrderState[] = ["completed", "cancelled", "rejected", "expired", "no_show"];

function signIn({ world, body }: Call): Answer {
  const { organisation_code, account, password } = body as Record<string, string>;
  if (world.failures >= 5) throw new Refusal(429, "LOGIN_LOCKED", { minutes: "15" });
  if (organisation_code !== "demo" || account !== "owner" || password !== "yizhimai-demo") {
    world.failures += 1;
    throw new Refusal(401, "LOGIN_FAILED");
  }
  world.failures = 0;
  world.authenticatedAt = Date.now();
  return { body: { me: person() }, cookies: ["yzm_session=mock; HttpOnly; Path=/; SameSite=Lax", "yzm_csrf=mock; Path=/; SameSite=Lax"] };
}

function reauthenticate({ world, body }: Call): Answer {
  const { password } = body as { password: string };
  if (password !== "yizhimai-demo") throw new Refusal(401, "LOGIN_FAILED", {}, [{ field: "password", reason: "LOGIN_FAILED", params: {} }]);
  world.authenticatedAt = Date.now();
  return nothing;
}

function pageOf<V>(rows: V[], query: URLSearchParams): { rows: V[]; next_page_token: string | null } {
  const size = Number(query.get("page_size") ?? 50);
  const from = Number(query.get("page_token") ?? 0);
  return { rows: rows.slice(from, from + size), next_page_token: from + size < rows.length ? String(from + size) : null };
}

function products({ world, ids, query }: Call): Answer {
  const text = query.get("text") ?? "";
  const all = [...world.state.products.values()].filter(
    (one) =>
      one.brand_id === ids[0] && (one.name.includes(text) || one.code.includes(text)) &&
      (!query.get("category_id") || one.category_ids.includes(query.get("category_id") ?? "")) && (!query.get("display") || one.display === query.get("display")),
  );
  const { rows, next_page_token } = pageOf(all, query);
  return { body: { products: rows, next_page_token, total: all.length } };
}

function saveProduct(world: World, product: Product): Answer {
  if (!product.name) throw badField("name", "VALIDATION_FAILED");
  for (const [index, variant] of product.variants.entries()) if (variant.price > 999_999) throw badField(`variants[${String(index)}].price`, "AMOUNT_OUT_OF_RANGE");
  const taken = [...world.state.products.values()].some((one) => product.code && one.code === product.code && one.product_id !== product.product_id);
  if (taken) throw badField("code", "CODE_TAKEN");
  const saved = { ...product, variants: product.variants.map((variant) => ({ ...variant, variant_id: variant.variant_id ?? world.fresh() })) };
  world.state.products.set(saved.product_id, saved);
  return { body: { product: saved } };
}

function saveCategory({ world, ids, body }: Call): Answer {
  const input = body as Partial<Category>;
  const all = world.state.categories.get(ids[0] ?? "") ?? [];
  if (all.some((one) => one.name === input.name && one.category_id !== input.category_id)) throw badField("name", "CODE_TAKEN");
  const held = all.find((one) => one.category_id === input.category_id);
  if (held) sameVersion(held, input.version);
  const category: Category = { category_id: held?.category_id ?? world.fresh(), name: input.name ?? "", position: input.position ?? 0, version: (held?.version ?? 0) + 1 };
  world.state.categories.set(ids[0] ?? "", [...all.filter((one) => one !== held), category]);
  return { body: { category } };
}

function saveGroup({ world, ids, body }: Call): Answer {
  const input = body as OptionGroup;
  const all = world.state.groups.get(ids[0] ?? "") ?? [];
  const held = all.find((one) => one.option_group_id === input.option_group_id);
  const saved: OptionGroup = {
    ...input, option_group_id: held?.option_group_id ?? world.fresh(), version: (held?.version ?? 0) + 1,
    options: input.options.map((option) => ({ ...option, option_id: option.option_id ?? world.fresh() })),
  };
  world.state.groups.set(ids[0] ?? "", held ? all.map((one) => (one === held ? saved : one)) : [...all, saved]);
  return { body: { option_group: saved } };
}

function importProducts({ world, ids, query, text }: Call): Answer {
  const problems: unknown[] = [];
  const rows: unknown[] = [];
  const names = new Set([...world.state.products.values()].map((one) => one.name));
  for (const [index, line] of text.trim().split(/\r?\n/u).slice(1).entries()) {
    const [, name = "", cold = "", hot = ""] = line.split(",");
    for (const [column, value] of [["price_cold", cold], ["price_hot", hot]] as const) {
      if (value && !/^\d{1,6}$/u.test(value)) problems.push({ line: index + 2, column, reason: "AMOUNT_OUT_OF_RANGE", value });
    }
    if (!name) problems.push({ line: index + 2, column: "name", reason: "VALIDATION_FAILED", value: "" });
    const known = names.has(name);
    const changes = known ? [{ column: "price_cold", before: "30", after: cold, removed: [] }, ...(hot ? [] : [{ column: "price_hot", before: "30", after: "", removed: ["30"] }])] : [];
    rows.push({ line: index + 2, name, change: known ? "updated" : "created", changes });
  }
  const losing = rows.filter((row) => (row as { changes: { removed: string[] }[] }).changes.some((change) => change.removed.length > 0)).length;
  const removals = losing > 0 ? [{ column: "price_hot", item: "", products: losing }] : [];
  const created = rows.filter((row) => (row as { change: string }).change === "created").length;
  const applied = query.get("dry_run") !== "true" && problems.length === 0;
  void ids;
  return { body: { created, updated: rows.length - created, unchanged: 0, categories_created: 1, problems, applied, rows, removals, losing } };
}

function publishCheck({ world, ids, query }: Call): Answer {
  const chosen = query.get("branch_ids")?.split(",").filter(Boolean) ?? world.state.branches.filter((one) => one.brand_id === ids[0]).map((one) => one.branch_id);
  const [tea, , milk] = [...world.state.products.values()];
  const prices = tea && milk ? [
    { product_id: tea.product_id, product_name: tea.name, variant_name: "冷", before: 25, after: 30 },
    { product_id: milk.product_id, product_name: milk.name, variant_name: "冷", before: 20, after: 30 },
  ] : [];
  return {
    body: {
      findings: tea ? [{ reason: "PRICE_CHANGE_LARGE", blocking: false, entity: "product", entity_id: tea.product_id, entity_name: tea.name, product_names: [] }] : [],
      changes: chosen.map((branch_id) => ((world.menus.get(branch_id)?.length ?? 0) > 0 ? { branch_id, added: 0, removed: 0, changed: 0, prices: [] } : { branch_id, added: 16, removed: 0, changed: 2, prices })),
    },
  };
}

function publish({ world, body }: Call): Answer {
  const { branch_ids } = body as { branch_ids: string[] };
  const versions = branch_ids.map((branch_id) => {
    const all = world.menus.get(branch_id) ?? [];
    const version = { menu_version_id: world.fresh(), branch_id, number: all.length + 1, published_at: new Date().toISOString(), published_by: "陳老闆", product_count: world.state.products.size };
    world.menus.set(branch_id, [version, ...all]);
    world.emit(branch_id, "menu", { menu_number: version.number });
    return version;
  });
  return { body: { versions } };
}

function availability(call: Call): Answer {
  const hours = found(call.world.state.hours.get(first(call)));
  const now = Date.now();
  const step = hours.slot_minutes * 60_000;
  const start = Math.ceil(now / step) * step;
  const slots = Array.from({ length: 72 }, (_, index) => {
    const at = start + index * step + (index > 24 ? 9 * 3_600_000 : 0);
    const state = index === 0 ? "past" : index % 11 === 4 ? "full" : index % 7 === 3 ? "filling" : "open";
    return { starts_at: new Date(at).toISOString(), state, business_day: new Date(at + 4 * 3_600_000).toISOString().slice(0, 10) };
  });
  const skus = (call.world.state.stock.get(first(call)) ?? []).map(({ sku_id, available, rules }) => ({ sku_id, available, show_last: rules.show_last }));
  return { body: { as_of: new Date(now).toISOString(), state: "open", time_zone: "Asia/Taipei", opens_at: null, last_order_at: new Date(now + 7_200_000).toISOString(), promised_at: new Date(start + step).toISOString(), earliest_slot_at: new Date(start + step).toISOString(), menu_number: 1, slots, skus, order_limits: [] } };
}

function putStock({ world, ids }: Call, item: StockItem): StockItem {
  const [branchId = ""] = ids;
  const all = world.state.stock.get(branchId) ?? [];
  world.state.stock.set(branchId, [...all.filter((one) => one.sku_id !== item.sku_id), item]);
  world.emit(branchId, "availability", { sku_ids: [item.sku_id] });
  return item;
}

/** What the coming week brings to a 當日扣 item that nobody has ordered ahead yet. */
function expectedDays({ mode, daily_amount, rules }: StockItem): StockDay[] {
  if (mode !== "running" || rules.deduct !== "on_day") return [];
  return [1, 2, 3, 4, 5, 6, 7].flatMap((ahead) => {
    const at = new Date(Date.now() + ahead * 86_400_000);
    const business_day = at.toISOString().slice(0, 10);
    const date = rules.date_amounts.find((one) => one.business_day === business_day);
    const planned = (date ?? rules.weekday_amounts.find((one) => one.weekday === (at.getUTCDay() || 7)))?.amount ?? daily_amount;
    return planned > 0 ? [{ business_day, planned, on_hand: planned, held: 0, available: planned, shortfall: 0 }] : [];
  });
}

function setStock(call: Call): Answer {
  const [branch_id = "", sku_id = ""] = call.ids;
  const held = call.world.state.stock.get(branch_id)?.find((one) => one.sku_id === sku_id);
  const input = call.body as Partial<StockItem>;
  if (held) sameVersion(held, input.version);
  const on_hand = held?.on_hand ?? input.daily_amount ?? 0;
  const before = held ?? stockItem({ branch_id, sku_id, on_hand, available: on_hand, version: 0 });
  const item: StockItem = { ...before, mode: input.mode ?? "untracked", daily_amount: input.daily_amount ?? 0, low_threshold: input.low_threshold ?? 0, rules: input.rules ?? before.rules, version: before.version + 1 };
  return { body: { item: putStock(call, { ...item, days: expectedDays(item) }) } };
}

function stockNames({ world, ids }: Call): Answer {
  const brandId = world.state.branches.find((one) => one.branch_id === ids[0])?.brand_id ?? "";
  const products = [...world.state.products.values()].filter((one) => one.brand_id === brandId && one.display !== "delisted");
  const groups = world.state.groups.get(brandId) ?? [];
  return {
    body: {
      variants: products.flatMap((product) => product.variants.map(({ variant_id, name }) => ({ sku_id: variant_id, name: product.name, detail: name }))),
      options: groups.flatMap((group) => group.options.map(({ option_id, name }) => ({ sku_id: option_id, name, detail: group.name }))),
    },
  };
}

function listStock({ world, ids }: Call): Answer {
  const [branchId = ""] = ids;
  const brandId = world.state.branches.find((one) => one.branch_id === branchId)?.brand_id ?? "";
  const components = (world.state.components.get(brandId) ?? []).filter((one) => !one.archived);
  return { body: { items: world.state.stock.get(branchId) ?? [], components, recipes: world.state.recipes.get(brandId) ?? [] } };
}

function transferStock(call: Call): Answer {
  const [branchId = "", skuId = ""] = call.ids;
  const { to_branch_id, quantity, reason } = call.body as { to_branch_id: string; quantity: number; reason: string };
  const held = found(call.world.state.stock.get(branchId)?.find((one) => one.sku_id === skuId));
  const there = call.world.state.stock.get(to_branch_id)?.find((one) => one.sku_id === skuId);
  if (!there) throw new Refusal(409, "SKU_MISMATCH", {}, [{ field: "to_branch_id", reason: "SKU_MISMATCH", params: {} }]);
  if (held.on_hand < quantity) throw new Refusal(409, "STOCK_NEGATIVE", { on_hand: String(held.on_hand) });
  putStock({ ...call, ids: [to_branch_id] }, { ...there, on_hand: there.on_hand + quantity, available: there.available + quantity });
  const item = putStock(call, { ...held, on_hand: held.on_hand - quantity, available: Math.max(0, held.available - quantity) });
  const movement: StockMovement = { movement_id: call.world.fresh(), sku_id: skuId, kind: "transferred_out", quantity: -quantity, on_hand_after: item.on_hand, held_after: item.held, at: new Date().toISOString(), actor: "陳老闆", order_id: null, reason, business_day: null, other_branch_id: to_branch_id };
  call.world.movements.set(skuId, [movement, ...(call.world.movements.get(skuId) ?? [])]);
  return { body: { item, movement } };
}

function shortOrders({ world }: Call): Answer {
  const orders = [...world.state.orders.values()].slice(0, 2).map((one) => ({ order_id: one.order_id, quantity: 2, business_day: one.business_day, promised_at: one.promised_at, held_at: one.created_at }));
  return { body: { orders } };
}

function saveComponent({ world, ids, body }: Call): Answer {
  const [brand_id = "", sku_id] = ids;
  const input = body as { name: string; archived?: boolean; version?: number };
  const all = world.state.components.get(brand_id) ?? [];
  const held = all.find((one) => one.sku_id === sku_id);
  if (sku_id) sameVersion(found(held), input.version);
  if (all.some((one) => one !== held && !one.archived && one.name === input.name)) throw badField("component.name", "CODE_TAKEN");
  const component = { brand_id, sku_id: held?.sku_id ?? world.fresh(), name: input.name, archived: input.archived ?? false, version: (held?.version ?? 0) + 1 };
  world.state.components.set(brand_id, [...all.filter((one) => one !== held), component]);
  return { body: { component } };
}

function setRecipe({ world, ids, body }: Call): Answer {
  const [brandId = "", sku_id = ""] = ids;
  const { parts, version } = body as { parts: Recipe["parts"]; version?: number };
  const all = world.state.recipes.get(brandId) ?? [];
  const held = all.find((one) => one.sku_id === sku_id);
  if (held) sameVersion(held, version);
  const recipe: Recipe = { brand_id: brandId, sku_id, parts, version: (held?.version ?? 0) + 1, sellable: parts.length > 0 ? 24 : null };
  world.state.recipes.set(brandId, [...all.filter((one) => one !== held), recipe]);
  return { body: { recipe } };
}

function importStock({ query }: Call): Answer {
  const applied = query.get("dry_run") !== "true";
  return { body: { applied, created: 0, updated: 1, unchanged: 8, problems: [], rows: [{ line: 2, name: "珍珠", change: "updated", detail: "quantity 24 → 30" }] } };
}

function moveStock(call: Call): Answer {
  const [branchId = "", skuId = ""] = call.ids;
  const held = found(call.world.state.stock.get(branchId)?.find((one) => one.sku_id === skuId));
  const { kind, quantity, reason } = call.body as { kind: CountedMovement; quantity: number; reason: string };
  const change = kind === "counted" ? quantity - held.on_hand : kind === "scrapped" ? -quantity : quantity;
  if (held.on_hand + change < 0) throw new Refusal(409, "STOCK_NEGATIVE");
  const on_hand = held.on_hand + change;
  const item = putStock(call, { ...held, on_hand, available: Math.max(0, on_hand - held.held) });
  const movement = { movement_id: call.world.fresh(), sku_id: skuId, kind, quantity: change, on_hand_after: on_hand, held_after: held.held, at: new Date().toISOString(), actor: "陳老闆", order_id: null, reason, business_day: null, other_branch_id: null };
  call.world.movements.set(skuId, [movement, ...(call.world.movements.get(skuId) ?? [])]);
  return { body: { item, movement } };
}

/** An order with the steps that the signed-in account may take. */
function seen(order: Order): Order {
  const made: readonly OrderState[] = ["accepted", "preparing", "ready"];
  const kitchen = person().account.role === "kitchen";
  return kitchen ? { ...order, next_states: made.includes(order.state) ? order.next_states.filter((to) => ["preparing", "ready", "completed"].includes(to)) : [] } : order;
}

function unmask(call: Call): Answer {
  const { contact_name, contact_phone } = found(call.world.state.orders.get(first(call)));
  if (!(call.body as { reason: string }).reason) throw badField("reason", "REASON_REQUIRED");
  return { body: { contact: { name: contact_name, phone: contact_phone.replace(/^0/u, "+886").replace("***", "345") } } };
}

function summaries(call: Call): Answer {
  const ids = (call.body as { order_ids: string[] }).order_ids;
  const found = ids.flatMap((id) => call.world.state.orders.get(id) ?? []);
  return { body: { orders: found.map(({ order_id, order_number, pickup_number, contact_name, method, state, total }) => ({ order_id, order_number, pickup_number, contact_name, method, state, total })) } };
}

function orders(call: Call): Answer {
  const day = call.query.get("business_day");
  const withTests = call.query.get("with_tests") === "true";
  const listed = (one: Order) => one.branch_id === first(call) && (withTests || !one.test) && closedStates.includes(one.state) === Boolean(day);
  const all = [...call.world.state.orders.values()].filter(listed);
  const { rows, next_page_token } = pageOf(all, call.query);
  return { body: { orders: rows.map(seen), next_page_token } };
}

function saveBranch({ world, ids, body }: Call): Answer {
  const input = body as Branch;
  const held = world.state.branches.find((one) => one.branch_id === ids[0]);
  if (held) sameVersion(held, input.version);
  const branch = { ...input, branch_id: held?.branch_id ?? world.fresh(), version: (held?.version ?? 0) + 1 };
  world.state.branches = held ? world.state.branches.map((one) => (one === held ? branch : one)) : [...world.state.branches, branch];
  return { status: held ? 200 : 201, body: { branch } };
}

const sessions = () => [
  { session_id: "s1", created_at: new Date().toISOString(), used_at: new Date().toISOString(), remote_address: "203.0.113.7", user_agent: "Mozilla/5.0 (Windows NT 10.0) Chrome/150", current: true },
  { session_id: "s2", created_at: new Date().toISOString(), used_at: new Date(Date.now() - 7_200_000).toISOString(), remote_address: "203.0.113.9", user_agent: "Mozilla/5.0 (iPad; CPU OS 19) Safari/605", current: false },
];

/** Every endpoint the screens call, first match wins. */
export const routes: readonly Route[] = [
  ...pauseRoutes,
  ...paymentRoutes,
  ...printingRoutes,
  ...refundRoutes,
  ...settlementRoutes,
  ...limitRoutes,
  ...auditRoutes,
  ...benefitRoutes,
  ...givingRoutes,
  ["POST", /^\/sign-in$/u, signIn],
  ["POST", /^\/sign-out$/u, () => ({ ...nothing, cookies: ["yzm_session=; Path=/; Max-Age=0"] })],
  ["GET", /^\/me$/u, () => ({ body: person() })],
  ["GET", /^\/sessions$/u, () => ({ body: { sessions: sessions() } })],
  ["DELETE", /^\/sessions\/([^/]+)$/u, () => nothing],
  ["POST", /^\/password$/u, () => nothing],
  ["GET", /^\/brands$/u, ({ world }) => ({ body: { brands: world.state.brands, branches: world.state.branches } })],
  ["PUT", /^\/brands\/([^/]+)$/u, (call) => {
    const held = found(call.world.state.brands.find((one) => one.brand_id === first(call)));
    sameVersion(held, (call.body as Brand).version);
    const brand = { ...held, ...(call.body as Brand), version: held.version + 1 };
    call.world.state.brands = call.world.state.brands.map((one) => (one === held ? brand : one));
    return { body: { brand } };
  }],
  ["POST", /^\/branches$/u, saveBranch],
  ["PUT", /^\/branches\/([^/]+)$/u, saveBranch],
  ["GET", /^\/brands\/([^/]+)\/categories$/u, (call) => ({ body: { categories: call.world.state.categories.get(first(call)) ?? [] } })],
  ["PUT", /^\/brands\/([^/]+)\/categories$/u, saveCategory],
  ["POST", /^\/categories\/([^/]+)\/archive$/u, (call) => {
    for (const [brandId, all] of call.world.state.categories) call.world.state.categories.set(brandId, all.filter((one) => one.category_id !== first(call)));
    return nothing;
  }],
  ["GET", /^\/brands\/([^/]+)\/products$/u, products],
  ["GET", /^\/brands\/([^/]+)\/products\/export$/u, () => ({ body: "category,name,price_cold,price_hot\n" })],
  ["POST", /^\/brands\/([^/]+)\/products\/import$/u, importProducts],
  ["POST", /^\/brands\/([^/]+)\/products$/u, (call) => saveProduct(call.world, { ...(call.body as Product), product_id: call.world.fresh(), brand_id: first(call), version: 1 })],
  ["GET", /^\/products\/([^/]+)$/u, (call) => ({ body: { product: found(call.world.state.products.get(first(call))) } })],
  ["PUT", /^\/products\/([^/]+)$/u, (call) => {
    const held = found(call.world.state.products.get(first(call)));
    sameVersion(held, (call.body as Product).version);
    return saveProduct(call.world, { ...held, ...(call.body as Product), version: held.version + 1 });
  }],
  ["POST", /^\/products\/([^/]+)\/archive$/u, (call) => {
    call.world.state.products.delete(first(call));
    return nothing;
  }],
  ["GET", /^\/brands\/([^/]+)\/option-groups$/u, (call) => ({ body: { option_groups: call.world.state.groups.get(first(call)) ?? [] } })],
  ["PUT", /^\/brands\/([^/]+)\/option-groups$/u, saveGroup],
  ["POST", /^\/option-groups\/([^/]+)\/archive$/u, () => nothing],
  ["GET", /^\/brands\/([^/]+)\/publish-check$/u, publishCheck],
  ["POST", /^\/brands\/([^/]+)\/publish$/u, publish],
  ["GET", /^\/branches\/([^/]+)\/menus$/u, (call) => ({ body: { versions: call.world.menus.get(first(call)) ?? [] } })],
  ...hoursRoutes,
  ...ledgerRoutes,
  ...memberRoutes,
  ["POST", /^\/session\/reauthenticate$/u, reauthenticate],
  ["GET", /^\/branches\/([^/]+)\/availability$/u, availability],
  ["GET", /^\/branches\/([^/]+)\/stock$/u, listStock],
  ["GET", /^\/branches\/([^/]+)\/stock\/names$/u, stockNames],
  ["POST", /^\/branches\/([^/]+)\/stock\/import$/u, importStock],
  ["POST", /^\/branches\/([^/]+)\/stock\/([^/]+)\/transfers$/u, transferStock],
  ["GET", /^\/branches\/([^/]+)\/stock\/([^/]+)\/short-orders$/u, shortOrders],
  ["POST", /^\/brands\/([^/]+)\/components$/u, saveComponent],
  ["PUT", /^\/brands\/([^/]+)\/components\/([^/]+)$/u, saveComponent],
  ["PUT", /^\/brands\/([^/]+)\/recipes\/([^/]+)$/u, setRecipe],
  ["PUT", /^\/branches\/([^/]+)\/stock\/([^/]+)$/u, setStock],
  ["POST", /^\/branches\/([^/]+)\/stock\/([^/]+)\/movements$/u, moveStock],
  ["GET", /^\/branches\/([^/]+)\/stock\/([^/]+)\/movements$/u, ({ world, ids }) => ({ body: { movements: world.movements.get(ids[1] ?? "") ?? [], next_page_token: null } })],
  ["GET", /^\/branches\/([^/]+)\/orders$/u, orders],
  ["POST", /^\/orders\/find$/u, summaries],
  ["GET", /^\/orders\/([^/]+)$/u, (call) => ({ body: { order: seen(found(call.world.state.orders.get(first(call)))), events: call.world.events.get(first(call)) ?? [], test_steps: call.world.testSteps(first(call)) } })],
  ["POST", /^\/orders\/([^/]+)\/transition$/u, (call) => ({ body: { order: seen(call.world.transition(first(call), call.body as Transition)) } })],
  ["POST", /^\/orders\/([^/]+)\/unmask$/u, unmask],
  ["GET", /^\/orders\/([^/]+)\/slots$/u, orderSlots],
  ["POST", /^\/orders\/([^/]+)\/reschedule$/u, (call) => ({ body: { order: call.world.reschedule(first(call), call.body as Reschedule) } })],
  ["POST", /^\/orders\/([^/]+)\/undo$/u, (call) => ({ body: { order: call.world.undo(first(call), (call.body as { version: number }).version) } })],
];
