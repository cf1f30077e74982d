import type { Availability, CartBody, CartSlots, Order, OrderBody, OrderState, Quote, QuoteWarning, SlotsBody } from "@yizhimai/api";
import { businessDay } from "../../kit/src/time";
import type { NextStep, OrderPayment, PayBody, PaymentProgress, PayMethod } from "../src/api/payment";
import { bodyLine, describe, unitPrice, type CartLine } from "../src/domain/cart";
import { indexMenu } from "../src/domain/menu-index";
import { givenIn, isSatisfied, type Choice } from "../src/domain/options";
import { branches, demoMenu } from "./demo-menu";
import { Members } from "./members";
import { Refused } from "./refused";

const MINUTE = 60_000;
const TAIPEI = "Asia/Taipei";
const course: OrderState[] = ["placed", "accepted", "preparing", "ready", "completed"];
/** As soon as possible, in steps of five minutes. */
const promise = () => new Date(Math.ceil((Date.now() + 15 * MINUTE) / (5 * MINUTE)) * 5 * MINUTE).toISOString();
const in_ = (minutes: number) => new Date(Math.ceil((Date.now() + minutes * MINUTE) / MINUTE) * MINUTE).toISOString();

const offered: Omit<PayMethod, "pay_now">[] = [
  { method_id: "cash", provider: null, kind: "cash", name: "現金", text: "取餐時付款", online: false, fields_in_page: false, test: false },
  { method_id: "card", provider: "ecpay", kind: "card", name: "信用卡", text: "由綠界處理", online: true, fields_in_page: false, test: true },
  { method_id: "linepay", provider: "linepay", kind: "line_pay", name: "LINE Pay", text: "", online: true, fields_in_page: false, test: true },
  { method_id: "fields", provider: "tappay", kind: "card", name: "信用卡（站內填卡）", text: "", online: true, fields_in_page: true, test: true },
  { method_id: "deposit", provider: "ecpay", kind: "card", name: "信用卡付訂金", text: "其餘取餐時付", online: true, fields_in_page: false, test: true },
];

const step = (kind: NextStep["kind"], more: Partial<NextStep> = {}): NextStep => ({ kind, url: "", app_url: "", fields: [], script_url: "", settings_json: "", ...more });

/** A shop that remembers: stock goes down, prices can be changed, orders move on. */
export class World {
  menuNumber = 1;
  open = true;
  prices = new Map<string, number>();
  stock = new Map<string, number>([["p-點心-1-一份", 0], ["p-點心-2-一片", 4], ["pudding", 0], ["p-奶茶-3-中", 0]]);
  /** 每日限量: what each later day begins with; today's is in `stock`. */
  readonly daily = new Map<string, number>([["p-點心-1-一份", 12]]);
  /** What is left of it on later days, where something was ordered. */
  readonly dailyLeft = new Map<string, number>();
  readonly paused = new Map<string, { kind: string; ends_at: string | null }>();
  orders = new Map<string, Order>();
  /** Units that a slot called filling still takes; the open ones take a dozen. */
  capacity = 2;
  readonly filled = new Set<string>();
  answers = new Map<string, { body: string; answer: unknown }>();
  readonly members = new Members();
  /** How long an order waits for its payment. */
  payMinutes = 15;

  branch(slug: string) {
    const branch = branches.find((candidate) => candidate.slug === slug);
    if (!branch) throw new Refused(404, { reason: "NOT_FOUND" });
    return branch;
  }

  state(): Availability["state"] {
    const paused = Array.from(this.paused.values()).some(({ kind }) => kind === "branch");
    return paused ? "paused" : this.open ? "open" : "outside_hours";
  }

  brandPage() {
    const { brand } = demoMenu(branches[0]!, 1, (_, price) => price);
    return {
      brand,
      branches: branches.map((branch, at) => ({
        ...branch, state: at === 2 ? "suspended" : at === 0 ? this.state() : "outside_hours",
        opens_at: at === 1 ? in_(900) : null, promised_at: at === 0 ? promise() : null,
      })),
    };
  }

  menu(slug: string) {
    return demoMenu(this.branch(slug), this.menuNumber, (id, price) => this.prices.get(id) ?? price);
  }

  /** What is left on a business day: of what is counted day by day, its own bucket. */
  left(sku: string, day: string): number {
    const amount = this.daily.get(sku);
    if (amount === undefined || day === businessDay(new Date(), TAIPEI)) return this.stock.get(sku) ?? Infinity;
    return this.dailyLeft.get(`${sku} ${day}`) ?? amount;
  }

  availability(slug: string, wanted?: string | null): Availability {
    this.branch(slug);
    const today = businessDay(new Date(), TAIPEI);
    const stock_day = wanted && wanted > today ? wanted : today;
    const quarter = 15 * MINUTE;
    const first = Math.ceil((Date.now() + quarter) / quarter) * quarter;
    const slots = Array.from({ length: 7 * 96 }, (_, at) => new Date(first + at * quarter))
      .filter((start) => {
        const hour = (start.getUTCHours() + 8) % 24;
        return hour >= 10 && hour < 22;
      })
      .map((start, at) => ({
        starts_at: start.toISOString(), business_day: businessDay(start, TAIPEI),
        state: (at % 9 === 2 ? "full" : at % 7 === 3 ? "filling" : "open") as "full" | "filling" | "open",
      }));
    return {
      as_of: new Date().toISOString(), state: this.state(), time_zone: TAIPEI, opens_at: this.open ? null : in_(600), last_order_at: in_(300),
      promised_at: this.state() === "open" ? promise() : null, earliest_slot_at: slots[0]?.starts_at ?? null, menu_number: this.menuNumber, slots,
      stock_day, skus: Array.from(this.stock.keys(), (sku_id) => ({ sku_id, available: this.left(sku_id, stock_day), show_last: 5 })),
      order_limits: [],
      pauses: Array.from(this.paused, ([id, { kind, ends_at }]) => ({ target: kind === "station" || kind === "tag" ? { kind, name: id } : { kind, id }, channels: [], reason: "equipment", ends_at })),
    } as Availability;
  }

  cartSlots(slug: string, cart: SlotsBody): CartSlots {
    const units = cart.lines.reduce((sum, line) => sum + line.quantity, 0);
    const { as_of, promised_at, slots } = this.availability(slug);
    const fits = (state: string) => this.capacity > 0 && units <= (state === "filling" ? this.capacity : 12);
    const inStock = (day: string) => cart.lines.every((line) => line.quantity <= this.left(line.variant_id, day));
    const judged = slots.map((slot) => ({
      ...slot, state: this.filled.has(slot.starts_at) || !fits(slot.state) || !inStock(slot.business_day) ? ("full" as const) : slot.state,
    }));
    const earliest = judged.find((slot) => slot.state !== "full")?.starts_at ?? null;
    return { as_of, promised_at: earliest && inStock(businessDay(new Date(), TAIPEI)) ? promised_at : null, earliest_slot_at: earliest, slots: judged };
  }

  /** Staff moves the order half an hour on. */
  later(token: string): Order {
    const order = this.order(token);
    const from = order.promised_at ?? order.created_at;
    const promised_at = new Date(Date.parse(from) + 30 * MINUTE).toISOString();
    const moved = { ...order, version: order.version + 1, wanted_at: promised_at, promised_at, rescheduled_from: from, reschedule_reason: "冰櫃故障，需要多一點時間" };
    this.orders.set(token, moved);
    return moved;
  }

  quote(slug: string, cart: CartBody): Quote {
    const index = indexMenu(this.menu(slug));
    const day = businessDay(cart.wanted_at ?? new Date(), TAIPEI);
    const wanted = new Map<string, number>();
    const warnings: Quote["warnings"] = [];
    const lines = cart.lines.map((line, at) => {
      const choice: Choice = Object.fromEntries((line.options ?? []).map((option) => [option.option_id, option.quantity ?? 1]));
      const product = index.products.get(line.product_id);
      const unit = unitPrice(index, { ...line, choice });
      if (!product || unit === undefined) throw new Refused(422, { reason: "ITEM_NOT_AVAILABLE", fields: [{ field: `lines[${at}]`, reason: "ITEM_NOT_AVAILABLE" }] });
      for (const group of index.groupsOf(product)) {
        if (isSatisfied(group, choice)) continue;
        const params = { group: group.name, min: String(group.min), max: String(group.max), given: String(givenIn(group, choice)) };
        throw new Refused(422, { reason: "OPTION_RULE", fields: [{ field: `lines[${at}].options`, reason: "OPTION_RULE", params }] });
      }
      for (const [sku, each] of [[line.variant_id, 1] as const, ...Object.entries(choice)]) {
        const sum = (wanted.get(sku) ?? 0) + each * line.quantity;
        wanted.set(sku, sum);
        const left = this.left(sku, day);
        if (sum > left) {
          const name = index.options.get(sku)?.name ?? product.name;
          warnings.push({ field: `lines[${at}]`, reason: "OUT_OF_STOCK", params: { name, wanted: String(sum), left: String(left) } });
        }
      }
      const variant = product.variants.find((each) => each.variant_id === line.variant_id);
      return {
        product_id: line.product_id, variant_id: line.variant_id, product_name: product.name, variant_name: variant?.name ?? "",
        quantity: line.quantity, unit_list: unit, list: unit * line.quantity, net: unit * line.quantity, unit_nets: Array<number>(line.quantity).fill(unit), adjustments: [], note: line.note ?? "", tax_type: "taxable",
        unit_points: [], offered_by: "", offer_gone: false, gift_of: "",
        options: index.groupsOf(product).flatMap((group) =>
          group.options.filter((option) => choice[option.option_id]).map((option) => ({
            option_id: option.option_id, group_name: group.name, name: option.name, quantity: choice[option.option_id] ?? 1,
            amount: option.price * (choice[option.option_id] ?? 1),
          }))),
      };
    });
    const list_total = lines.reduce((sum, line) => sum + line.list, 0);
    const fees = cart.method === "pickup" ? [{ kind: "bag", name: "提袋", list: 2, adjustments: [], amount: 2 }] : [];
    const total = list_total + fees.reduce((sum, fee) => sum + fee.amount, 0);
    return this.members.benefit({
      hash: `h${JSON.stringify(lines.map(({ variant_id, net }) => [variant_id, net]))}-${total}-${cart.wanted_at ?? "asap"}`, quoted_at: new Date().toISOString(), valid_until: in_(10),
      menu_number: this.menuNumber, currency: "TWD", lines, list_total, goods_total: list_total, benefits: null, offers: [], usable_coupons: [], fees, total, promised_at: cart.wanted_at ?? (this.open ? promise() : null), warnings,
    } as Quote, cart);
  }

  payMethods(amount: number): PayMethod[] {
    return offered.map((method) => ({ ...method, pay_now: method.method_id === "deposit" ? Math.ceil(amount * 0.3) : method.online ? amount : 0 }));
  }

  /** Changes an order and its payment. */
  paying(token: string, change: Partial<OrderPayment> & { state?: OrderState; paid?: number; payment_state?: Order["payment_state"] }): Order {
    const order = this.order(token);
    const changed = { ...order, ...change, version: order.version + 1 };
    this.orders.set(token, changed);
    return changed;
  }

  progress(token: string, payment_progress: PaymentProgress): Order {
    return this.paying(token, { payment_progress });
  }

  paid(token: string): Order {
    const { pay_now } = this.order(token) as Order & OrderPayment;
    const placed = { pickup_number: String(this.orders.size + 22).padStart(3, "0"), placed_at: new Date().toISOString() };
    return this.paying(token, { ...placed, state: "placed", paid: pay_now, payment_state: "paid", payment_progress: "done", pay_by: null });
  }

  pay(token: string, { payment_method_id, provider_token }: PayBody, back: string): { order: Order; next: NextStep } {
    const { state, total } = this.order(token);
    if (state !== "pending_payment") throw new Refused(409, { reason: "ILLEGAL_TRANSITION", params: { state } });
    const method = this.payMethods(total).find(({ method_id, online }) => online && method_id === payment_method_id);
    if (!method) throw new Refused(422, { reason: "METHOD_NOT_ALLOWED" });
    const order = this.paying(token, { payment_progress: "at_provider", payment_name: method.name, pay_now: method.pay_now });
    if (method.fields_in_page) {
      if (!provider_token) return { order, next: step("fields", { script_url: "/mock/card-fields.js", settings_json: JSON.stringify({ app_id: "1" }) }) };
      return { order: this.progress(token, "confirming"), next: step("wait") };
    }
    const fields = [{ name: "token", value: token }, { name: "back", value: back }];
    if (method.method_id === "linepay") return { order, next: step("redirect", { url: `/mock/provider?token=${token}&back=${encodeURIComponent(back)}` }) };
    return { order, next: step("form", { url: "/mock/provider", fields }) };
  }

  place(slug: string, key: string, body: OrderBody) {
    const known = this.answers.get(key);
    if (known && known.body !== JSON.stringify(body)) {
      const { order } = known.answer as { order: Order };
      const { order_id, order_number, pickup_number } = order;
      throw new Refused(409, { reason: "IDEMPOTENCY_MISMATCH", params: { order_id, order_number, pickup_number } });
    }
    if (known) return { ...(known.answer as object), replayed: true };
    const quote = this.quote(slug, body);
    if (quote.warnings.length > 0) throw new Refused(409, { reason: "OUT_OF_STOCK", fields: quote.warnings });
    const fields: QuoteWarning[] = quote.lines.flatMap((line, at) => {
      const was = body.line_amounts?.[at];
      if (was === undefined || was === line.net) return [];
      return [{ field: `lines[${at}]`, reason: "QUOTE_CHANGED", params: { name: line.product_name, was: String(was), now: String(line.net) } }];
    });
    const late = !body.wanted_at && quote.promised_at && (!body.promised_at || quote.promised_at > body.promised_at);
    if (late) fields.push({ field: "promised_at", reason: "QUOTE_CHANGED", params: { was: body.promised_at ?? "", now: quote.promised_at ?? "" } });
    if (late || quote.hash !== body.quote_hash) throw new Refused(409, { reason: "QUOTE_CHANGED", fields, quote });
    if (body.contact.name === "滿") throw new Refused(409, { reason: "SLOT_FULL", fields: [{ field: "wanted_at", reason: "SLOT_FULL", params: { next_slot: in_(45) } }] });
    const day = businessDay(body.wanted_at ?? new Date(), TAIPEI);
    const number = this.orders.size + 23;
    const token = `t${key.slice(-12)}`;
    const method = this.payMethods(quote.total).find(({ method_id }) => method_id === (body.payment_method_id ?? "cash"));
    if (!method) throw new Refused(422, { reason: "METHOD_NOT_ALLOWED", fields: [{ field: "payment_method_id", reason: "METHOD_NOT_ALLOWED" }] });
    if (!method.online && body.contact.name === "未取") throw new Refused(422, { reason: "PREPAY_REQUIRED" });
    const payment = method.online
      ? { state: "pending_payment", pickup_number: "", placed_at: null, payment_method: "online", payment_progress: "open", pay_now: method.pay_now, payment_name: method.name, pay_by: new Date(Date.now() + this.payMinutes * MINUTE).toISOString() }
      : { payment_method: "on_site", payment_progress: "none", pay_now: 0, payment_name: "", pay_by: null };
    const order = {
      order_id: key, brand_id: "b1", branch_id: "br1", order_number: `K7F${number}`, pickup_number: String(number).padStart(3, "0"),
      state: "placed", method: body.method, wanted_at: body.wanted_at ?? null, promised_at: quote.promised_at, created_at: new Date().toISOString(), placed_at: new Date().toISOString(),
      currency: "TWD", lines: quote.lines, fees: quote.fees, total: quote.total, benefits: (quote as { benefits?: unknown }).benefits, paid: 0, contact_name: body.contact.name, contact_phone: body.contact.phone, remark: body.remark ?? "",
      utensils: body.utensils, test: false, business_day: day, version: 1, menu_number: quote.menu_number,
      payment_state: "unpaid", refunded: 0, refunding: 0, ...payment,
    } as unknown as Order;
    this.orders.set(token, order);
    for (const line of body.lines) {
      const left = this.left(line.variant_id, day) - line.quantity;
      if (!this.stock.has(line.variant_id)) continue;
      if (this.daily.has(line.variant_id) && day !== businessDay(new Date(), TAIPEI)) this.dailyLeft.set(`${line.variant_id} ${day}`, left);
      else this.stock.set(line.variant_id, left);
    }
    const answer = { order, access_token: token, replayed: false };
    this.answers.set(key, { body: JSON.stringify(body), answer });
    return answer;
  }

  order(token: string): Order {
    const order = this.orders.get(token);
    if (!order) throw new Refused(404, { reason: "NOT_FOUND" });
    return order;
  }

  move(token: string, to?: OrderState): Order {
    const order = this.order(token);
    const state = to ?? course[course.indexOf(order.state) + 1] ?? order.state;
    const moved = { ...order, state, version: order.version + 1 };
    if (state === "accepted") moved.accepted_at = new Date().toISOString();
    if (state === "ready") moved.ready_at = new Date().toISOString();
    if (state === "completed") Object.assign(moved, { completed_at: new Date().toISOString(), paid: order.total });
    this.orders.set(token, moved);
    return moved;
  }

  cancel(token: string): Order {
    const order = this.order(token);
    if (order.state !== "placed" && order.state !== "pending_payment") throw new Refused(409, { reason: "ILLEGAL_TRANSITION", params: { state: order.state } });
    return this.move(token, "cancelled");
  }

  /** A ready-made line, for looking at a full cart. */
  line(slug: string, product_id: string, variant: string, quantity: number, choice: Choice = {}, note = ""): CartLine {
    const index = indexMenu(this.menu(slug));
    const parts = { product_id, variant_id: `${product_id}-${variant}`, choice };
    const seen = { name: index.products.get(product_id)?.name ?? "", detail: describe(index, parts), unit: unitPrice(index, parts) ?? 0 };
    return { ...parts, line_id: `${product_id}${variant}${note}`, quantity, note, seen };
  }

  body(lines: CartLine[]): CartBody {
    return { method: "pickup", lines: lines.map(bodyLine) } as CartBody;
  }
}
