import type {
  Consent, Coupon, DuplicatePair, Member, MemberProfile, MemberTier, PointAdjustment, PointEntry, PointsProgramme, PointsRules, Tag, TagBatch, Tier, TierCondition, TierProgramme, TierRules,
} from "../src/data/types";
import { earned } from "../src/routes/point-rules/rules";
import { noRule } from "../src/routes/tags/rule";
import type { Call, Route } from "./routes";
import { found, Refusal, requirePassword, sameVersion, type World } from "./world";

interface Held {
  members: Member[];
  notes: Map<string, MemberProfile["notes"]>;
  points: PointsProgramme;
  entries: PointEntry[];
  adjustments: PointAdjustment[];
  tiers: TierProgramme;
  tags: Tag[];
  batches: TagBatch[];
  dismissed: Set<string>;
  /** Whole phones of those who joined at the counter, by member. */
  phones: Map<string, string>;
}

const held = new WeakMap<World, Held>();
const DAY_MS = 86_400_000;
const names = ["王小明", "林怡君", "陳志豪", "張雅婷", "黃建宏", "李佳蓉", "吳宗翰", "劉淑芬", "蔡欣怡", "楊俊傑", "許雅雯", "鄭家豪", "Kevin Lin", "謝佩珊"];
const ago = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
const everything = { product_ids: [], variant_ids: [], category_ids: [], excluded_product_ids: [], excluded_category_ids: [] };
const condition = (part: Partial<TierCondition>): TierCondition => ({ all: false, spend: 0, orders: 0, single_order: 0, points_earned: 0, ...part });

const rules: PointsRules = {
  unit_name: "點", earning: { every: 10, points: 1, target: everything, methods: [], channels: ["web", "line", "qr_table", "counter"] },
  redeeming: { worth_of_100: 100, min_points: 10, step: 1, min_spend: 0, cap_bp: 5_000, target: everything, not_beside: [] },
  waiting_days: 0, expiry: "months", expiry_months: 12, join_bonus: 50, birthday_bonus: 100, first_order_bonus: 0, profile_bonus: 30,
  weekday_factors: [{ weekday: 3, factor_bp: 20_000, adds: false }],
};

function tier(world: World, name: string, colour: string, upgrade: TierCondition | null, part: Partial<Tier["benefits"]>): Tier {
  return {
    tier_id: world.fresh(), name, colour, upgrade, validity_days: upgrade ? 365 : 0, renewal: null, downgrade: "one_tier", grace_days: upgrade ? 30 : 0,
    benefits: { discount_bp: 0, target: null, max_discount: null, points_factor_bp: 10_000, points_factor_adds: false, free_delivery_from: null, exclusive_products: null, exclusive_hours: [], ...part },
  };
}

function begin(world: World): Held {
  const tiers = [
    tier(world, "一般", "#8894a0", null, {}),
    tier(world, "銀卡", "#9aa5b1", condition({ spend: 3_000 }), { discount_bp: 500 }),
    tier(world, "金卡", "#c99a1f", condition({ spend: 10_000, orders: 60 }), { discount_bp: 1_000, points_factor_bp: 15_000, free_delivery_from: 300 }),
  ];
  const tag = (name: string, colour: string, group_name: string, description = "", rule: Tag["rule"] = null): Tag => ({
    tag_id: world.fresh(), version: 1, name, colour, group_name, description, members: 0, archived: false, merged_into: null, former_names: [], created_at: ago(90),
    rule, rule_paused: false, rule_applied_at: rule ? ago(0.4) : null,
  });
  const tags = [tag("常客", "#0f6f68", "往來", "一個月來三次以上"), tag("沉睡", "#8894a0", "往來", "", { ...noRule, not_ordered_for_days: 45 }), tag("素食", "#187a3d", "飲食"), tag("不加糖", "#1c5fb8", "飲食"), tag("學生", "#b4371a", "")];
  const [branch] = world.state.branches;
  const members = names.map((name, n): Member => ({
    member_id: world.fresh(), version: 1, state: n === 6 ? "prepays" : n === 9 ? "blocked" : "active", name, phone: `09${String(11 + n)}***${String(110 + n * 7).slice(-3)}`,
    line_user: n % 3 === 0 ? "U12***ef" : null, last_delivery_area: n % 4 === 0 ? "台北市大安區" : "", orders: (n * 17) % 90, birth_day: n % 5 === 4 ? null : `0${String(1 + (n % 9))}-1${String(n % 10)}`,
    gender: (["male", "female", "not_given"] as const)[n % 3] ?? "other", joined_at: ago(10 + n * 21), last_order_at: n % 6 === 5 ? null : ago(n * 4 + 1), spent: ((n * 17) % 90) * 145,
    tier_id: tiers[Math.min(2, Math.floor(((n * 17) % 90) / 30))]?.tier_id ?? null, points: (n * 37) % 400, tag_ids: tags.filter((_, index) => (n + index) % 4 === 0).map((one) => one.tag_id),
    source: (["storefront", "qr", "counter", "line"] as const)[n % 4] ?? "storefront", source_branch_id: branch?.branch_id ?? null, marketing: n % 2 === 0 ? ["marketing_line"] : [],
  }));
  for (const one of tags) one.members = members.filter((member) => member.tag_ids.includes(one.tag_id)).length;
  const programme_id = world.fresh();
  const [member] = members;
  const entry = (part: Partial<PointEntry>): PointEntry => ({
    entry_id: world.fresh(), at: ago(1), member_id: member?.member_id ?? "", programme_id, kind: "earned", points: 0, balance: 0, pending: 0, debt: 0, lots: [], order_id: null, order_number: "", branch_id: branch?.branch_id ?? null,
    refund_id: null, programme_version: 1, explanation: "earned", params: {}, operator: null, reason: "", ...part,
  });
  const lots = [{ lot_id: world.fresh(), points: 16, expires_at: new Date(Date.now() + 380 * DAY_MS).toISOString() }];
  return {
    members, notes: new Map(), phones: new Map(), dismissed: new Set(), tags, batches: [],
    points: {
      programme_id, scope: "organisation", brand_id: null, version: 2, outstanding_points: 48_120, pending_points: 320, debt_points: 12, liability: 48_120,
      versions: [
        { version: 2, state: "pending", effective_at: new Date(Date.now() + 20 * DAY_MS).toISOString(), rules: { ...rules, birthday_bonus: 200 }, saved_at: ago(2), saved_by: "account" },
        { version: 1, state: "in_force", effective_at: ago(300), rules, saved_at: ago(301), saved_by: "account" },
      ],
    },
    entries: [
      entry({ at: ago(0.1), points: 16, balance: 96, order_number: "9105M", order_id: world.fresh(), params: { goods: "116", factor_bp: "15000", points: "16" }, lots }),
      entry({ at: ago(2), kind: "redeemed", explanation: "redeemed", points: -30, balance: 80, order_number: "7K2PQ", params: { points: "30" } }),
      entry({ at: ago(5), kind: "taken_back", explanation: "refund_taken_back", points: -3, debt: 1, balance: 110, order_number: "3M9XZ", params: { before: "16", after: "12", points: "4", owed: "1" } }),
      entry({ at: ago(9), kind: "adjusted", explanation: "adjusted", points: 50, balance: 113, operator: "account", reason: "漏給點數", branch_id: null }),
      entry({ at: ago(20), kind: "bonus", explanation: "join", points: 50, balance: 63, params: { points: "50" }, branch_id: null }),
      entry({ at: ago(30), kind: "pending", explanation: "earned_waiting", pending: 13, balance: 13, order_number: "8XK2A", params: { goods: "130", points: "13" } }),
    ],
    adjustments: [
      { adjustment_id: world.fresh(), member_id: member?.member_id ?? "", programme_id, points: 1_500, reason: "客訴補償，餐點做錯三次", state: "waiting", requested_by: "other", requested_at: ago(0.3), decided_by: null, decided_at: null, decision_note: "", entry_id: null },
    ],
    tiers: {
      programme_id: world.fresh(), scope: "organisation", brand_id: null, version: 1, members_to_judge: 0,
      versions: [{ version: 1, state: "in_force", effective_at: ago(200), rules: { tiers, window: "rolling_year" }, mode: "at_expiry", saved_at: ago(201), saved_by: "account" }],
      members: tiers.map((one, index) => ({ tier_id: one.tier_id, members: [1_102, 148, 34][index] ?? 0 })),
    },
  };
}

function of(world: World): Held {
  const known = held.get(world) ?? begin(world);
  held.set(world, known);
  return known;
}

const first = ({ ids }: Call) => ids[0] ?? "";
const memberOf = (call: Call) => found(of(call.world).members.find((one) => one.member_id === first(call)));

function find({ world, body }: Call) {
  const { filter, page_token, page_size = 50 } = body as { filter?: { text?: string; states?: string[]; tier_ids?: string[]; tag_ids?: string[] }; page_token?: string; page_size?: number };
  const text = filter?.text ?? "";
  const states = filter?.states ?? [];
  const { tier_ids = [], tag_ids = [] } = filter ?? {};
  const isAsked = (one: Member) => (tier_ids.length === 0 || tier_ids.includes(one.tier_id ?? "")) && (tag_ids.length === 0 || tag_ids.some((id) => one.tag_ids.includes(id)));
  const all = of(world).members.filter((one) => isAsked(one) && (one.name.includes(text) || one.phone?.includes(text) || of(world).phones.get(one.member_id)?.includes(text)) && (states.length > 0 ? states.includes(one.state) : one.state !== "merged" && one.state !== "erased"));
  const from = Number(page_token || 0);
  return { body: { members: all.slice(from, from + page_size), next_page_token: from + page_size < all.length ? String(from + page_size) : null, total: all.length, more: false } };
}

/** Somebody joins at the counter. */
function join({ world, ids, body }: Call) {
  const { name, phone } = body as { name: string; phone: string };
  const [first_] = of(world).members;
  const member: Member = {
    ...(first_ as Member), member_id: world.fresh(), version: 1, state: "active", name, phone: `${phone.slice(0, 4)}***${phone.slice(-3)}`, orders: 0, spent: 0, points: 0, tag_ids: [], source: "counter",
    source_branch_id: ids[0] ?? null, joined_at: new Date().toISOString(), last_order_at: null, line_user: null,
  };
  of(world).members.unshift(member);
  of(world).phones.set(member.member_id, phone);
  return { status: 201, body: { member } };
}

function profile(call: Call): { body: { profile: MemberProfile } } {
  const member = memberOf(call);
  const consent = (kind: Consent["kind"], agreed: boolean): Consent => ({ kind, agreed, text_version: "2026-01", source: "storefront", at: ago(60) });
  const [branch] = call.world.state.branches;
  const orders = [...call.world.state.orders.values()].slice(0, 4).map((order) => ({
    order_id: order.order_id, order_number: order.order_number, brand_id: order.brand_id, branch_id: order.branch_id, state: order.state, total: order.total, placed_at: order.created_at, products: order.lines.map((line) => line.product_name),
  }));
  return {
    body: {
      profile: {
        member, email: "wa***@example.com", has_birth_year: true, phone_verified: true, consents: [consent("terms", true), consent("marketing_line", member.marketing.length > 0)],
        addresses: [{ address_id: "a", label: "公司", postal_code: "106", city: "台北市", district: "大安區", street: "", note: "", preferred: true }],
        notes: of(call.world).notes.get(member.member_id) ?? [{ note_id: "n", text: "喜歡微糖去冰，熟客。", account_id: "account", at: ago(12) }],
        state_change: member.state === "active" ? null : { state: member.state, reason: "多次未取餐", account_id: "account", at: ago(3) },
        habits: {
          orders: 38, products: [{ name: "珍珠奶茶", choice: "", count: 21 }, { name: "四季春青茶", choice: "", count: 9 }], options: [{ name: "甜度", choice: "微糖", count: 25 }, { name: "冰量", choice: "去冰", count: 30 }],
          median_days: 6, branch_id: branch?.branch_id ?? null, weekdays: [8, 4, 9, 3, 10, 2, 2],
        },
        orders, merged_into: null, birthday_changeable_at: null,
      },
    },
  };
}

function change(call: Call, part: Partial<Member>) {
  const member = memberOf(call);
  sameVersion(member, (call.body as { version: number }).version);
  Object.assign(member, part, { version: member.version + 1 });
  return { body: { member } };
}

function pairs({ world }: Call): { body: { pairs: DuplicatePair[] } } {
  const [a, b, c, d] = of(world).members;
  const all = [[a, b], [c, d]].flatMap(([newer, older]) => (newer && older ? [{ older, newer, causes: ["email"] } as DuplicatePair] : []));
  return { body: { pairs: all.filter(({ older, newer }) => !of(world).dismissed.has(older.member_id) && newer.state === "active") } };
}

function tiersOf(call: Call): { body: { tiers: MemberTier[] } } {
  const { tiers: programme } = of(call.world);
  const { tiers } = programme.versions[0]?.rules ?? { tiers: [] };
  const at = Math.max(0, tiers.findIndex((one) => one.tier_id === memberOf(call).tier_id));
  const [base, second] = tiers;
  return {
    body: {
      tiers: [
        {
          programme_id: programme.programme_id, scope: "organisation", brand_id: null, tier: tiers[at] ?? (base as Tier), since: ago(80), valid_until: at > 0 ? new Date(Date.now() + 200 * DAY_MS).toISOString() : null, manual: false,
          next_tier: tiers[at + 1] ?? null, progress: { spend: 1_860, orders: 14, single_order: 320, points_earned: 186 }, missing: { spend: 1_140, orders: 0, single_order: 0, points_earned: 0 },
          changes: [{ at: ago(80), from_tier_id: base?.tier_id ?? "", to_tier_id: second?.tier_id ?? "", cause: "reached", valid_until: null, order_id: null, operator: null, reason: "" }],
        },
      ],
    },
  };
}

function previewPoints({ world, body }: Call) {
  const { rules: next, goods = [] } = body as { rules: PointsRules; goods?: number[] };
  const { points } = of(world);
  const now = points.versions.find((one) => one.state === "in_force")?.rules;
  const usable = (of_: PointsRules | undefined, amount: number) => (of_?.redeeming ? Math.floor((Math.floor((amount * of_.redeeming.cap_bp) / 10_000) * 100) / of_.redeeming.worth_of_100) : null);
  const examples = goods.map((amount) => ({
    goods: amount, earned_before: now?.earning ? earned(amount, now.earning) : null, earned_after: next.earning ? earned(amount, next.earning) : null,
    usable_before: usable(now, amount), usable_after: usable(next, amount), worth_after: 0,
  }));
  return { body: { examples, outstanding_points: points.outstanding_points, liability_before: points.liability, liability_after: next.redeeming ? Math.floor((points.outstanding_points * next.redeeming.worth_of_100) / 100) : 0, members: 1_284 } };
}

interface Saved<R> {
  rules: R;
  version: number;
  effective_at?: string;
  replaces_version?: number;
}

/** Adds a version to a programme: at once in the place of that in force, or one that waits. */
function addVersion<V extends { version: number; state: string; effective_at: string; saved_at: string; saved_by: string; rules: unknown }>(programme: { version: number; versions: V[] }, saved: Saved<V["rules"]>, part: Partial<V>): void {
  sameVersion(programme, saved.version);
  programme.version += 1;
  const now = new Date().toISOString();
  if (!saved.effective_at) for (const one of programme.versions) if (one.state === "in_force") one.state = "past";
  programme.versions = [
    { version: programme.version, state: saved.effective_at ? "pending" : "in_force", effective_at: saved.effective_at ?? now, rules: saved.rules, saved_at: now, saved_by: "account", ...part } as unknown as V,
    ...programme.versions.filter((one) => one.version !== saved.replaces_version),
  ];
}

function saveTiers({ world, body }: Call) {
  const { tiers } = of(world);
  const saved = body as Saved<TierRules> & { mode: "at_expiry" };
  const own = { ...saved.rules, tiers: saved.rules.tiers.map((one) => ({ ...one, tier_id: one.tier_id || world.fresh() })) };
  addVersion(tiers, { ...saved, rules: own }, { mode: saved.mode });
  return { body: { programme: tiers } };
}

function withdraw(programme: { version: number; versions: { version: number; state: string }[] }, { ids, body }: Call) {
  sameVersion(programme, (body as { version: number }).version);
  const version = found(programme.versions.find((one) => one.version === Number(ids[1])));
  version.state = "withdrawn";
  programme.version += 1;
  return { body: { programme } };
}

function saveTag({ world, ids, body }: Call) {
  const { tags } = of(world);
  const input = body as Tag & { allow_similar: boolean };
  const known = tags.find((one) => one.tag_id === ids[0]);
  if (tags.some((one) => one !== known && one.name === input.name)) throw new Refusal(409, "CODE_TAKEN", {}, [{ field: "name", reason: "CODE_TAKEN", params: {} }]);
  const similar = tags.find((one) => one !== known && (one.name.includes(input.name) || input.name.includes(one.name)));
  if (similar && !input.allow_similar) throw new Refusal(409, "TAG_SIMILAR", { names: similar.name });
  const tag: Tag = {
    tag_id: known?.tag_id ?? world.fresh(), version: (known?.version ?? 0) + 1, name: input.name, colour: input.colour, group_name: input.group_name, description: input.description, members: known?.members ?? 0,
    archived: false, merged_into: null, former_names: known && known.name !== input.name ? [known.name, ...known.former_names] : (known?.former_names ?? []), created_at: known?.created_at ?? new Date().toISOString(),
    rule: input.rule ?? null, rule_paused: input.rule_paused ?? false, rule_applied_at: known?.rule_applied_at ?? null,
  };
  of(world).tags = [...tags.filter((one) => one !== known), tag];
  return { body: { tag } };
}

function previewRule({ body }: Call) {
  const { tag_id } = body as { tag_id?: string };
  return { body: { matched: 128, given: tag_id ? 14 : 128, taken: tag_id ? 3 : 0 } };
}

function batch({ world, ids, body }: Call) {
  const { add, dry_run, phones = [] } = body as { add: boolean; dry_run: boolean; phones?: string[] };
  const tag = found(of(world).tags.find((one) => one.tag_id === ids[0]));
  const named = of(world).members.filter((one) => phones.includes(of(world).phones.get(one.member_id) ?? ""));
  const counts = phones.length > 0 ? { matched: named.length, changed: named.length, full: 0, invalid_phones: 0, unknown_phones: phones.length - named.length } : { matched: 42, changed: 38, full: 1, invalid_phones: 0, unknown_phones: 0 };
  if (dry_run) return { body: { batch: null, ...counts } };
  for (const member of named) member.tag_ids = [...member.tag_ids.filter((id) => id !== tag.tag_id), ...(add ? [tag.tag_id] : [])];
  const made: TagBatch = { batch_id: world.fresh(), tag_id: tag.tag_id, added: add, at: new Date().toISOString(), operator: "account", matched: counts.matched, changed: counts.changed, undo_until: new Date(Date.now() + 7 * DAY_MS).toISOString(), undone_at: null, undone_by: null, source: "batch" };
  of(world).batches.unshift(made);
  return { status: 201, body: { batch: made, ...counts } };
}

function adjust(call: Call) {
  requirePassword(call.world);
  const { points, programme_id, reason } = call.body as { points: number; programme_id: string; reason: string };
  const adjustment: PointAdjustment = {
    adjustment_id: call.world.fresh(), member_id: first(call), programme_id, points, reason, state: Math.abs(points) > 1_000 ? "waiting" : "applied", requested_by: "account", requested_at: new Date().toISOString(),
    decided_by: null, decided_at: null, decision_note: "", entry_id: null,
  };
  of(call.world).adjustments.unshift(adjustment);
  const [entry] = of(call.world).entries;
  if (entry && adjustment.state === "applied") {
    of(call.world).entries.unshift({
      ...entry, entry_id: call.world.fresh(), at: adjustment.requested_at, member_id: first(call), kind: "adjusted", explanation: "adjusted", points, params: {}, lots: [], order_number: "", order_id: null, operator: "account", reason,
    });
  }
  return { body: { adjustment } };
}

const coupons = ({ query }: Call): { body: { coupons: Coupon[]; next_page_token: null } } => ({
  body: {
    next_page_token: null,
    coupons: (["unused", "used"] as const).map((state, n) => ({ coupon_id: `c${String(n)}`, template_id: "t", name: n === 0 ? "生日飲品一杯" : "滿百折十", code: "", member_id: query.get("member_id") ?? "", state, valid_until: new Date(Date.now() + 20 * DAY_MS).toISOString() }) as Coupon),
  },
});

export const memberRoutes: readonly Route[] = [
  ["POST", /^\/branches\/([^/]+)\/members$/u, join],
  ["POST", /^\/branches\/([^/]+)\/members\/codes$/u, () => ({ body: { expires_in_secs: 300, resend_in_secs: 60 } })],
  ["POST", /^\/members\/find$/u, find],
  ["POST", /^\/members\/export$/u, (call) => {
    requirePassword(call.world);
    return { body: "匯出帳號：owner\nname,phone\n" };
  }],
  ["GET", /^\/members\/duplicates$/u, (call) => (call.query.get("member_id") ? { body: { pairs: [] } } : pairs(call))],
  ["POST", /^\/members\/duplicates\/dismiss$/u, ({ world, body }) => {
    of(world).dismissed.add((body as { member_id: string }).member_id);
    return { status: 204, body: "" };
  }],
  ["GET", /^\/members\/([^/]+)$/u, profile],
  ["PUT", /^\/members\/([^/]+)$/u, (call) => change(call, call.body as Partial<Member>)],
  ["POST", /^\/members\/([^/]+)\/state$/u, (call) => change(call, { state: (call.body as Member).state })],
  ["POST", /^\/members\/([^/]+)\/unmask$/u, (call) => ({ body: { contact: { name: memberOf(call).name, phone: `+886${(of(call.world).phones.get(first(call)) ?? "0912345678").slice(1)}`, email: "wang@example.com", birthday: "1990-05-20", line_user: memberOf(call).line_user, addresses: [] } } })],
  ["PUT", /^\/members\/([^/]+)\/consents$/u, () => ({ body: { consents: [] } })],
  ["POST", /^\/members\/([^/]+)\/copy$/u, (call) => ({ body: { copy: { contact: { name: memberOf(call).name } } } })],
  ["POST", /^\/members\/([^/]+)\/erase$/u, (call) => {
    requirePassword(call.world);
    change(call, { state: "erased", name: "", phone: null });
    return { status: 204, body: "" };
  }],
  ["POST", /^\/members\/([^/]+)\/notes$/u, (call) => {
    const note = { note_id: call.world.fresh(), text: (call.body as { text: string }).text, account_id: "account", at: new Date().toISOString() };
    of(call.world).notes.set(first(call), [note, ...(of(call.world).notes.get(first(call)) ?? [])]);
    return { status: 201, body: { note } };
  }],
  ["DELETE", /^\/members\/([^/]+)\/notes\/([^/]+)$/u, (call) => {
    of(call.world).notes.set(first(call), (of(call.world).notes.get(first(call)) ?? []).filter((one) => one.note_id !== call.ids[1]));
    return { status: 204, body: "" };
  }],
  ["POST", /^\/members\/([^/]+)\/merge$/u, (call) => {
    const other = found(of(call.world).members.find((one) => one.member_id === (call.body as { other_member_id: string }).other_member_id));
    other.state = "merged";
    return { body: { merge: {}, member: memberOf(call) } };
  }],
  ["GET", /^\/members\/([^/]+)\/merges$/u, () => ({ body: { merges: [] } })],
  ["GET", /^\/points\/programmes$/u, ({ world }) => ({ body: { programmes: [of(world).points] } })],
  ["POST", /^\/points\/programmes\/preview$/u, previewPoints],
  ["POST", /^\/points\/programmes$/u, ({ world, body }) => {
    addVersion(of(world).points, body as Saved<PointsRules>, {});
    return { body: { programme: of(world).points } };
  }],
  ["POST", /^\/points\/programmes\/([^/]+)\/versions\/(\d+)\/withdraw$/u, (call) => withdraw(of(call.world).points, call)],
  ["GET", /^\/points\/programmes\/([^/]+)\/sums$/u, () => ({
    body: { sums: [{ kind: "earned", entries: 812, points: 9_204, debt: -4 }, { kind: "redeemed", entries: 96, points: -3_180, debt: 0 }, { kind: "expired", entries: 12, points: -410, debt: 0 }], points_before: 42_506, points_after: 48_120, liability_after: 48_120 },
  })],
  ["GET", /^\/points\/members\/([^/]+)$/u, (call) => ({
    body: {
      at: call.query.get("at") ?? new Date().toISOString(),
      accounts: [
        {
          programme_id: of(call.world).points.programme_id, scope: "organisation", brand_id: null, unit_name: "點", balance: 96, held: 10, pending: 13, debt: 0, worth: 96,
          lots: [{ lot_id: "l1", credited: 50, remaining: 36, held: 10, credited_at: ago(200), expires_at: new Date(Date.now() + 24 * DAY_MS).toISOString(), order_id: null }, { lot_id: "l2", credited: 60, remaining: 60, held: 0, credited_at: ago(20), expires_at: new Date(Date.now() + 350 * DAY_MS).toISOString(), order_id: null }],
          pending_points: [{ order_id: "o", order_number: "8XK2A", points: 13, due_at: new Date(Date.now() + 2 * DAY_MS).toISOString() }],
        },
      ],
    },
  })],
  ["GET", /^\/points\/entries$/u, ({ world, query }) => ({ body: { entries: of(world).entries.filter((one) => (!query.get("kind") || one.kind === query.get("kind")) && (!query.get("order_number") || one.order_number === query.get("order_number"))), next_page_token: null } })],
  ["POST", /^\/points\/members\/([^/]+)\/adjustments$/u, adjust],
  ["GET", /^\/points\/adjustments$/u, ({ world, query }) => ({ body: { adjustments: of(world).adjustments.filter((one) => !query.get("state") || one.state === query.get("state")), next_page_token: null } })],
  ["POST", /^\/points\/adjustments\/([^/]+)\/decision$/u, (call) => {
    requirePassword(call.world);
    const adjustment = found(of(call.world).adjustments.find((one) => one.adjustment_id === first(call)));
    adjustment.state = (call.body as { approve: boolean }).approve ? "applied" : "rejected";
    return { body: { adjustment } };
  }],
  ["GET", /^\/tiers\/programmes$/u, ({ world }) => ({ body: { programmes: [of(world).tiers] } })],
  ["POST", /^\/tiers\/programmes\/preview$/u, ({ world }) => {
    const [, silver, gold] = of(world).tiers.versions[0]?.rules.tiers ?? [];
    return { body: { up: 21, down: 9, stay: 1_254, moves: [{ from_tier_id: silver?.tier_id ?? "", to_place: 2, members: 21 }, { from_tier_id: gold?.tier_id ?? "", to_place: 1, members: 9 }] } };
  }],
  ["POST", /^\/tiers\/programmes$/u, saveTiers],
  ["POST", /^\/tiers\/programmes\/([^/]+)\/versions\/(\d+)\/withdraw$/u, (call) => withdraw(of(call.world).tiers, call)],
  ["GET", /^\/tiers\/members\/([^/]+)$/u, tiersOf],
  ["PUT", /^\/tiers\/members\/([^/]+)$/u, (call) => {
    memberOf(call).tier_id = (call.body as { tier_id: string }).tier_id;
    return { body: { tier: tiersOf(call).body.tiers[0] } };
  }],
  ["GET", /^\/tags$/u, ({ world }) => ({ body: { tags: of(world).tags, most_active: 500 } })],
  ["POST", /^\/tags$/u, saveTag],
  ["GET", /^\/tags\/batches$/u, ({ world }) => ({ body: { batches: of(world).batches, next_page_token: null } })],
  ["POST", /^\/tags\/batches\/([^/]+)\/undo$/u, (call) => {
    const undone = found(of(call.world).batches.find((one) => one.batch_id === first(call)));
    Object.assign(undone, { undone_at: new Date().toISOString(), undone_by: "account" });
    return { body: { batch: undone, changed: 37, left_alone: 1 } };
  }],
  ["POST", /^\/tags\/rule-preview$/u, previewRule],
  ["PUT", /^\/tags\/([^/]+)$/u, saveTag],
  ["POST", /^\/tags\/([^/]+)\/merge$/u, (call) => {
    const { tags } = of(call.world);
    const into = found(tags.find((one) => one.tag_id === (call.body as { into_tag_id: string }).into_tag_id));
    Object.assign(found(tags.find((one) => one.tag_id === first(call))), { archived: true, merged_into: into.tag_id });
    for (const member of of(call.world).members) member.tag_ids = [...new Set(member.tag_ids.map((id) => (id === first(call) ? into.tag_id : id)))];
    return { body: { tag: into } };
  }],
  ["POST", /^\/tags\/([^/]+)\/archive$/u, (call) => {
    const tag = found(of(call.world).tags.find((one) => one.tag_id === first(call)));
    Object.assign(tag, { archived: (call.body as { archived: boolean }).archived, version: tag.version + 1 });
    return { body: { tag } };
  }],
  ["POST", /^\/tags\/([^/]+)\/batches$/u, batch],
  ["GET", /^\/tags\/members\/([^/]+)$/u, (call) => {
    const all = of(call.world).tags;
    const tags = memberOf(call).tag_ids.flatMap((id) => all.filter((one) => one.tag_id === id).map(({ tag_id, name, colour }) => ({ tag_id, name, colour, since: ago(30), source: "manual", operator: "account" })));
    return { body: { tags, changes: tags.map(({ tag_id, name, since }) => ({ at: since, tag_id, name, added: true, source: "manual", operator: "account", batch_id: null })) } };
  }],
  ["POST", /^\/tags\/members\/([^/]+)$/u, (call) => {
    const { add_tag_ids = [], remove_tag_ids = [] } = call.body as { add_tag_ids?: string[]; remove_tag_ids?: string[] };
    const member = memberOf(call);
    member.tag_ids = [...member.tag_ids.filter((id) => !remove_tag_ids.includes(id)), ...add_tag_ids];
    return { body: { tags: [] } };
  }],
  ["GET", /^\/coupons$/u, coupons],
];
