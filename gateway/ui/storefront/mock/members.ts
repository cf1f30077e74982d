import type { IncomingMessage, ServerResponse } from "node:http";
import type { CartBody, Quote } from "@yizhimai/api";
import type { Benefits, DiscountTotal, EnteredOutcome } from "../src/api/benefits";
import type { MyAccount } from "../src/api/members";
import type { Address, Coupon, OfferedCoupon } from "../src/api/membership";
import { nothingEntered } from "../src/domain/entered";
import { Refused } from "./refused";

const DAY = 24 * 60 * 60_000;
const later = (days: number) => new Date(Date.now() + days * DAY).toISOString();
const COOKIE = "yzm_member_csrf_0199";
/** The code of every SMS. */
const CODE = "246810";

const noEffect = { item: null, nth_unit: null, any_n: null, buy_get: null, bundle: null, order: null, gift: null, add_on: null, delivery: null, points: null };
const off = (amount: number) => ({ percent_bp: null, amount, price: null });

const rule = (rule_id: string, name: string): Coupon["rule"] => ({
  rule_id, version: 1, name, benefit_class: "coupon", conditions: null, target: null, limits: null, exclusivity: "none", exclusive_group: "", not_beside: [], priority: null, with_extras: true,
  effect: { ...noEffect, order: { measure: "spend", repeats: false, thresholds: [{ at: 0, off: off(30) }] } },
});

const coupon = (coupon_id: string, name: string, state: Coupon["state"]): Coupon => ({
  coupon_id, template_id: "t1", member_id: "m1", order_id: "", picture_url: "", transferable: true, offered_until: null, issued_at: later(-10), rule: rule(coupon_id, name), name, code: "K7F2M9QX4T8B", state, uses_left: state === "unused" ? 1 : 0, uses_allowed: 1,
  valid_from: later(-10), valid_until: later(state === "expired" ? -2 : 20), terms: "限自取使用，不與其他券併用。",
});

/** What a friend passes on. */
const FRIEND = coupon("c8", "開幕折 50 元", "unused");

/** Members, points and benefits in memory. */
export class Members {
  me: MyAccount | null = null;
  addresses: Address[] = [];
  coupons = [coupon("c1", "生日券 折 30 元", "unused"), coupon("c2", "舊券", "expired"), coupon("c3", "開幕券", "used")];

  private signIn(body: { phone: string; code: string; name: string; consents: { kind: string; agreed: boolean }[] }): MyAccount {
    const refuse = (field: string, reason: string, params = {}) => new Refused(422, { reason, params, fields: [{ field, reason }] });
    if (body.code !== CODE) throw refuse("code", "OTP_INVALID", { left: "4" });
    if (!body.consents.some(({ kind, agreed }) => kind === "terms" && agreed)) throw refuse("consents", "CONSENT_REQUIRED");
    return {
      member_id: "m1", version: 1, name: body.name, phone: `+886${body.phone.replace(/\D/gu, "").slice(1)}`, email: null, birthday: null,
      birthday_changeable_at: null, gender: "not_given", has_line: false, joined_at: later(-40), orders: 4, blocked: false, prepays: false, consents: body.consents as MyAccount["consents"],
    };
  }

  /** What a link passes on: the member's own by `own-link`, a friend's by `friend-link`, and nothing by others. */
  private offered(token: string): OfferedCoupon {
    const mine = token === "own-link" ? this.coupons.find(({ offered_until }) => offered_until) : undefined;
    if (!mine && token !== "friend-link") throw new Refused(410, { reason: "COUPON_OFFER_OVER" });
    const { name, terms, rule: own, valid_from, valid_until } = mine ?? FRIEND;
    return { name, terms, picture_url: "", rule: own, uses: 1, valid_from, valid_until, from: mine ? "" : "林", expires_at: later(2), own: mine !== undefined };
  }

  /** The answer to a request below `/api/members/{brand}/`. */
  answer(request: IncomingMessage, response: ServerResponse, path: string, query: URLSearchParams, body: unknown): unknown {
    const what = `${request.method} ${path}`;
    if (what === "GET sign-in") return { line: true, line_name: null, me: this.me };
    if (what === "POST codes") return { expires_in_secs: 300, resend_in_secs: 60 };
    if (what === "POST line") return { authorize_url: "/riri/yongkang?line=cancelled" };
    if (what === "POST sign-in") {
      this.me = this.signIn(body as Parameters<Members["signIn"]>[0]);
      response.setHeader("set-cookie", `${COOKIE}=t; Path=/; SameSite=Lax`);
      return { joined: true, me: this.me };
    }
    const offered = /^(GET|POST) coupon-offers\/([^/]+)(\/claim)?$/u.exec(what);
    if (offered && !offered[3]) return { coupon: this.offered(offered[2] ?? "") };
    if (!this.me) throw new Refused(422, { reason: "NEEDS_LOGIN" });
    if (offered) {
      this.offered(offered[2] ?? "");
      const mine = coupon("c9", FRIEND.name, "unused");
      this.coupons = [mine, ...this.coupons.filter(({ coupon_id }) => coupon_id !== mine.coupon_id)];
      return { coupon: mine };
    }
    const offer = /^(POST|DELETE) coupons\/([^/]+)\/offer$/u.exec(what);
    if (offer) {
      const offered_until = offer[1] === "POST" ? later(3) : null;
      this.coupons = this.coupons.map((each) => (each.coupon_id === offer[2] ? { ...each, offered_until } : each));
      return offered_until ? { token: "own-link", expires_at: offered_until } : {};
    }
    if (what === "POST sign-out" || what === "POST me/erase") {
      this.me = null;
      response.setHeader("set-cookie", `${COOKIE}=; Path=/; Max-Age=0`);
      return {};
    }
    if (what === "PUT me") {
      this.me = { ...this.me, ...(body as Partial<MyAccount>), version: this.me.version + 1 };
      return { me: this.me };
    }
    if (what === "POST me/phone") {
      const { phone, code } = body as { phone: string; code: string };
      const refuse = (field: string, reason: string, params = {}) => new Refused(409, { reason, params, fields: [{ field, reason }] });
      if (code !== CODE) throw refuse("code", "OTP_INVALID", { left: "4" });
      if (phone.endsWith("0000")) throw refuse("phone", "PHONE_TAKEN");
      this.me = { ...this.me, phone: `+886${phone.replace(/\D/gu, "").slice(1)}`, version: this.me.version + 1 };
      return { me: this.me };
    }
    if (what === "PUT me/consents") {
      const changed = (body as { consents: MyAccount["consents"] }).consents;
      this.me = { ...this.me, consents: [...this.me.consents.filter(({ kind }) => !changed.some((each) => each.kind === kind)), ...changed] };
      return { consents: this.me.consents };
    }
    if (what === "GET me/card") return { card: "YZM1.AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdEfGhIjKlMn", expires_at: new Date(Date.now() + 5 * 60_000).toISOString() };
    if (what === "GET me/addresses") return { addresses: this.addresses };
    if (what === "POST me/addresses") this.addresses = [...this.addresses, { address_id: `a${this.addresses.length}`, ...(body as { address: Omit<Address, "address_id"> }).address }];
    if (what === "GET me/orders") return { next_page_token: null, orders: [{ order_id: "o1", order_number: "K7F22", branch_id: "br1", state: "completed", total: 185, placed_at: later(-3), products: ["珍珠奶茶", "茶葉蛋"] }] };
    if (what === "GET me/sessions") return { sessions: [{ session_id: "s1", used_at: later(0), user_agent: request.headers["user-agent"] ?? "", current: true }] };
    if (what === "GET me/copy") return { copy: { contact: this.me } };
    if (what === "GET points") {
      const lots = [{ lot_id: "l1", remaining: 40, expires_at: later(30) }, { lot_id: "l2", remaining: 197, expires_at: later(200) }];
      return { account: { unit_name: "日日點", balance: 237, held: 0, pending: 6, debt: 0, worth: 237, lots }, rules: null };
    }
    if (what === "GET points/entries") {
      return { next_page_token: null, entries: [{ entry_id: "e1", at: later(-3), kind: "earned", points: 18, pending: 0, order_number: "K7F22" }, { entry_id: "e2", at: later(-9), kind: "bonus", points: 50, pending: 0, order_number: "" }] };
    }
    if (what === "GET coupons") return { coupons: this.coupons.filter(({ state }) => (state === "unused") !== (query.get("past") === "true")) };
    if (what === "GET tier") {
      const measure = (spend: number) => ({ spend, orders: 0, single_order: 0, points_earned: 0 });
      const tier = { tier: { tier_id: "t1", name: "銅卡", upgrade: null }, valid_until: null, next_tier: { tier_id: "t2", name: "銀卡", upgrade: { ...measure(3_000), all: false } }, progress: measure(1_850), missing: measure(1_150) };
      const gifts = [{ tier_id: "t1", occasion: "birthday", name: "生日折 30 元", count: 1 }, { tier_id: "t2", occasion: "tier_reached", name: "升等折 50 元", count: 2 }];
      return { tier, tiers: [], gifts };
    }
    return {};
  }

  /** 滿 300 折 20, the code SUMMER50 (滿 200), the coupon c1 and points at one dollar each. */
  benefit(quote: Quote, cart: CartBody): Quote {
    const { codes, coupons, points: wanted } = cart.entered ?? nothingEntered;
    const goods = quote.list_total;
    let left = quote.total;
    const discounts: DiscountTotal[] = [];
    const take = (rule_id: string, name: string, off: number, kind: string, params: Record<string, string>, stage = "C") => {
      const amount = Math.min(off, left);
      left -= amount;
      discounts.push({ stage, rule_id, rule_version: 1, name, amount: -amount, kind, params: { off: String(amount), times: "1", ...params } });
      return -amount;
    };
    const near = goods < 300 ? [{ rule_id: "r1", rule_version: 1, name: "滿額折", reason: "MIN_SPEND", params: { gap: String(300 - goods) } }] : [];
    if (near.length === 0) take("r1", "滿額折", 20, "spend_amount", { at: "300", amount: "20" });
    const outcome = (kind: EnteredOutcome["kind"], field: string, what: string, name: string): EnteredOutcome => ({ kind, field, entered: what, used: false, name, amount: 0, reason: "", params: {}, total_with: null, total_without: null, rule_id: what, rule_version: 1, ends_at: null });
    const outcomes: EnteredOutcome[] = codes.map((code, at) => {
      const one = outcome("code", `codes[${at}]`, code, "");
      if (code.toUpperCase() !== "SUMMER50") return { ...one, reason: "CODE_INVALID" };
      if (goods < 200) return { ...one, name: "夏日 50", reason: "MIN_SPEND", params: { gap: String(200 - goods) } };
      return { ...one, name: "夏日 50", used: true, amount: take("code", "夏日 50", 50, "order_amount", { amount: "50" }, "D") };
    });
    for (const [at, id] of coupons.entries()) {
      const one = outcome("coupon", `coupons[${at}]`, id, "生日券 折 30 元");
      outcomes.push(this.me ? { ...one, used: true, amount: take(id, one.name, 30, "order_amount", { amount: "30" }, "E") } : { ...one, reason: "NEEDS_LOGIN" });
    }
    const requested = this.me ? wanted : 0;
    const used = Math.min(requested, left, 100);
    const amount = used > 0 ? take("points", "日日點", used, "points", { points: String(used) }, "G") : 0;
    const points = this.me
      ? { programme_id: "pp", programme_version: 1, earning_base: left, factor_bp: 10_000, unit_name: "日日點", requested, used, amount, capped: used < requested, to_earn: Math.floor(left / 10), balance: 237, worth_of_100: 100, min_points: 30, step: 10 }
      : null;
    const usable = this.me && !coupons.includes("c1") ? [{ coupon_id: "c1", name: "生日券 折 30 元", ends_at: later(20), total_with: Math.max(0, left - 30), reason: "", params: {} }] : [];
    const hash = `${quote.hash}-${left}`;
    const benefits: Benefits = { discounts, gifts: [], entered: outcomes, not_applied: near, points };
    return { ...quote, hash, total: left, benefits, offers: [], usable_coupons: usable } as unknown as Quote;
  }
}
