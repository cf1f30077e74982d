import type { AccountUpdate, AccountVerification, NewPaymentAccount, PaymentAccount, PaymentMethod, PaymentMethodInput, ProviderInfo, VerificationStart } from "../src/data/types";
import type { Call, Route } from "./routes";
import { badField, found, Refusal, requirePassword, sameVersion, type World } from "./world";

type Credentials = { name: string; value: string }[];
interface Held {
  accounts: PaymentAccount[];
  methods: Map<string, { methods: PaymentMethod[]; version: number }>;
  verifications: Map<string, { verification: AccountVerification; polls: number }>;
}

const held = new WeakMap<World, Held>();

const field = (name: string, secret: boolean, min_length: number, max_length: number, optional = false) => ({ name, secret, optional, min_length, max_length });
const info = (provider: ProviderInfo["provider"], fields: ProviderInfo["fields"], part: Partial<ProviderInfo> = {}): ProviderInfo => ({
  provider, fields, methods: [], separate_capture: true, partial_refund: true, refund_days: null, fields_in_page: false, ...part,
});

const providers: readonly ProviderInfo[] = [
  info("ecpay", [field("MerchantID", false, 1, 10), field("HashKey", true, 16, 16), field("HashIV", true, 16, 16), field("PlatformID", false, 1, 10, true), field("CreditCheckCode", true, 1, 32, true)], {
    methods: ["Credit", "ATM", "CVS", "BARCODE", "WebATM", "ApplePay", "TWQR", "BNPL", "WeiXin", "DigitalPayment"],
  }),
  info("linepay", [field("channelId", false, 1, 64), field("channelSecret", true, 8, 128), field("deviceProfileId", false, 1, 64, true)], { refund_days: 60 }),
  info("newebpay", [field("MerchantID", false, 1, 15), field("HashKey", true, 32, 32), field("HashIV", true, 16, 16)], {
    methods: ["CREDIT", "APPLEPAY", "ANDROIDPAY", "LINEPAY", "UNIONPAY", "CREDITAE", "WEBATM", "VACC", "CVS", "BARCODE"], separate_capture: false,
  }),
  info("tappay", [field("app_id", false, 1, 20), field("app_key", false, 1, 128), field("partner_key", true, 8, 64), field("merchant_id", false, 1, 50)], { fields_in_page: true }),
  info("jkopay", [field("store_id", false, 1, 36), field("api_key", true, 4, 255), field("secret_key", true, 4, 255)], { separate_capture: false }),
  info("stripe", [field("publishable_key", false, 8, 255), field("secret_key", true, 8, 255), field("webhook_secret", true, 8, 255)], { fields_in_page: true }),
];

function hints(provider: ProviderInfo["provider"], credentials: Credentials): PaymentAccount["credentials"] {
  const { fields } = found(providers.find((one) => one.provider === provider));
  const wrong = fields.filter(({ name, optional, min_length, max_length }) => {
    const value = credentials.find((one) => one.name === name)?.value ?? "";
    return value === "" ? !optional : !/^[\x21-\x7e]+$/u.test(value) || value.length < min_length || value.length > max_length;
  });
  const problems = wrong.map(({ name }) => ({ field: `credentials.${name}`, reason: "CREDENTIALS_INVALID", params: {} }));
  if (problems.length > 0) throw new Refusal(400, "CREDENTIALS_INVALID", {}, problems);
  return fields.flatMap(({ name, secret }) => {
    const value = credentials.find((one) => one.name === name)?.value;
    return value ? [{ name, secret, shown: secret ? value.slice(-4) : value }] : [];
  });
}

function accountOf(world: World, part: Partial<PaymentAccount> & Pick<PaymentAccount, "brand_id" | "provider" | "name" | "credentials">): PaymentAccount {
  const account_id = world.fresh();
  const now = new Date().toISOString();
  return {
    account_id, branch_id: null, mode: "test", capture: "at_once", effective_at: now, archived: false, store_code: "", settlement_days: 2,
    credentials_number: 1, credentials_at: now, verified_at: null, callback_url: `https://pay.yizhimai.example/api/payments/callbacks/${part.provider}/${account_id}`, version: 1, ...part,
  };
}

function methodOf(world: World, part: Partial<PaymentMethod>): PaymentMethod {
  return {
    method_id: world.fresh(), kind: "cash", provider: null, provider_method: "", name: "", text: "", enabled: true, branch_ids: [], methods: [], channels: [],
    min_amount: 0, max_amount: null, fee_basis_points: 0, fee_fixed: 0, deposit_percent: null, ...part,
  };
}

function of(world: World): Held {
  const known = held.get(world);
  if (known) return known;
  const [brand, other] = world.state.brands;
  const [first] = world.state.branches;
  const brand_id = brand?.brand_id ?? "";
  const past = new Date(Date.now() - 40 * 86_400_000).toISOString();
  const made: Held = {
    accounts: [
      accountOf(world, {
        brand_id, provider: "ecpay", name: "綠界（總公司）", mode: "live", capture: "later", effective_at: past, credentials_number: 2, credentials_at: past, verified_at: past, settlement_days: 3, version: 3,
        credentials: [{ name: "MerchantID", secret: false, shown: "3083192" }, { name: "HashKey", secret: true, shown: "c9Ka" }, { name: "HashIV", secret: true, shown: "1xZQ" }],
      }),
      accountOf(world, { brand_id, provider: "linepay", name: "LINE Pay", effective_at: past, verified_at: past, credentials: [{ name: "channelId", secret: false, shown: "1657000123" }, { name: "channelSecret", secret: true, shown: "77f0" }] }),
      accountOf(world, {
        brand_id, branch_id: first?.branch_id ?? null, provider: "jkopay", name: "街口（師大店）", store_code: "SD01",
        credentials: [{ name: "store_id", secret: false, shown: "9a0c7a5e-58b1-4f52-9c5e-0a6f3b8f2b11" }, { name: "api_key", secret: true, shown: "d4e1" }, { name: "secret_key", secret: true, shown: "09bb" }],
      }),
      accountOf(world, { brand_id, provider: "tappay", name: "TapPay", archived: true, effective_at: past, credentials: [{ name: "app_id", secret: false, shown: "12348" }, { name: "partner_key", secret: true, shown: "Q7mn" }] }),
    ],
    methods: new Map([
      [brand_id, {
        version: 7,
        methods: [
          methodOf(world, { kind: "cash", name: "現金（到店付款）", text: "取餐時付款", methods: ["pickup", "on_site"], max_amount: 3_000 }),
          methodOf(world, { kind: "card", provider: "ecpay", provider_method: "Credit", name: "信用卡", text: "VISA、Mastercard、JCB", fee_basis_points: 275 }),
          methodOf(world, { kind: "line_pay", provider: "linepay", name: "LINE Pay", fee_basis_points: 231, channels: ["web", "line"] }),
          methodOf(world, { kind: "jkopay", provider: "jkopay", name: "街口支付", branch_ids: [first?.branch_id ?? ""], fee_basis_points: 220 }),
          methodOf(world, { kind: "atm", provider: "newebpay", provider_method: "VACC", name: "ATM 轉帳", text: "大量訂購適用，請於期限前完成轉帳", min_amount: 1_000, deposit_percent: 30, fee_fixed: 10 }),
          methodOf(world, { kind: "e_ticket", name: "悠遊卡", enabled: false, methods: ["on_site"] }),
        ],
      }],
      [other?.brand_id ?? "", { version: 0, methods: [] }],
    ]),
    verifications: new Map(),
  };
  held.set(world, made);
  return made;
}

function account({ world, ids }: Call): PaymentAccount {
  return found(of(world).accounts.find((one) => one.account_id === ids[0]));
}

function create({ world, ids, body }: Call): { status: number; body: unknown } {
  requirePassword(world);
  const input = body as NewPaymentAccount;
  const credentials = hints(input.provider, input.credentials ?? []);
  const made = accountOf(world, {
    brand_id: ids[0] ?? "", provider: input.provider, name: input.name, credentials, branch_id: input.branch_id ?? null, capture: input.capture,
    effective_at: input.effective_at ?? new Date().toISOString(), store_code: input.store_code ?? "", settlement_days: input.settlement_days ?? 0,
  });
  of(world).accounts.push(made);
  return { status: 201, body: { account: made } };
}

function update(call: Call): { body: unknown } {
  const { version, effective_at, name, capture, archived, store_code, settlement_days } = call.body as AccountUpdate;
  const known = account(call);
  sameVersion(known, version);
  Object.assign(known, { name, capture, archived, store_code: store_code ?? "", settlement_days: settlement_days ?? 0, version: known.version + 1, ...(effective_at ? { effective_at } : {}) });
  return { body: { account: known } };
}

function replace(call: Call): { body: unknown } {
  requirePassword(call.world);
  const { version, mode, credentials } = call.body as { version: number; mode: PaymentAccount["mode"]; credentials: Credentials };
  const known = account(call);
  sameVersion(known, version);
  const shown = hints(known.provider, credentials);
  if (mode === "live" && !known.verified_at) throw new Refusal(409, "VERIFICATION_REQUIRED");
  Object.assign(known, { mode, credentials: shown, credentials_number: known.credentials_number + 1, credentials_at: new Date().toISOString(), version: known.version + 1 });
  return { body: { account: known } };
}

function verify(call: Call): { body: unknown } {
  const known = account(call);
  const { back_url } = call.body as VerificationStart;
  const verification: AccountVerification = {
    verification_id: call.world.fresh(), account_id: known.account_id, reference: `V${String(Date.now()).slice(-9)}`, state: "pending", started_at: new Date().toISOString(), text: "",
  };
  of(call.world).verifications.set(verification.verification_id, { verification, polls: 0 });
  const nothing = { url: "", fields: [], app_url: "", script_url: "", settings_json: "" };
  // The provider's page leads back at once: there is none here.
  const next = known.provider === "tappay" || known.provider === "stripe"
    ? { ...nothing, kind: "fields", script_url: "/no-such-script.js", settings_json: "{}" }
    : { ...nothing, kind: "redirect", url: back_url };
  return { body: { verification, next } };
}

/** Paid once it was asked for a few times; 街口 declines. */
function verification(call: Call): { body: unknown } {
  const known = account(call);
  const entry = found(of(call.world).verifications.get(call.ids[1] ?? ""));
  entry.polls += 1;
  if (entry.polls === 3) {
    const passed = known.provider !== "jkopay";
    Object.assign(entry.verification, passed ? { state: "passed" } : { state: "failed", text: "203 店家金鑰錯誤" });
    if (passed) known.verified_at = new Date().toISOString();
  }
  return { body: { verification: entry.verification } };
}

function save({ world, ids, body }: Call): { body: unknown } {
  const { version, method, method_id } = body as { version: number; method: PaymentMethodInput; method_id?: string };
  const list = found(of(world).methods.get(ids[0] ?? ""));
  sameVersion(list, version);
  if (method.name.trim() === "") throw badField("method.name", "VALIDATION_FAILED");
  const known = list.methods.find((one) => one.method_id === method_id);
  const saved = methodOf(world, { ...(method as Partial<PaymentMethod>), ...(known ? { method_id: known.method_id } : {}) });
  list.methods = known ? list.methods.map((one) => (one === known ? saved : one)) : [...list.methods, saved];
  list.version += 1;
  return { body: { method: saved, version: list.version } };
}

function reorder({ world, ids, body }: Call): { body: unknown } {
  const { version, method_ids } = body as { version: number; method_ids: string[] };
  const list = found(of(world).methods.get(ids[0] ?? ""));
  sameVersion(list, version);
  list.methods = method_ids.map((id) => found(list.methods.find((one) => one.method_id === id)));
  list.version += 1;
  return { body: list };
}

/** Endpoints of 收款金流設定. */
export const paymentRoutes: readonly Route[] = [
  ["GET", /^\/payment-providers$/u, () => ({ body: { providers } })],
  ["GET", /^\/brands\/([^/]+)\/payment-accounts$/u, ({ world, ids }) => ({ body: { accounts: of(world).accounts.filter((one) => one.brand_id === ids[0]) } })],
  ["POST", /^\/brands\/([^/]+)\/payment-accounts$/u, create],
  ["PUT", /^\/payment-accounts\/([^/]+)$/u, update],
  ["POST", /^\/payment-accounts\/([^/]+)\/credentials$/u, replace],
  ["POST", /^\/payment-accounts\/([^/]+)\/verifications$/u, verify],
  ["GET", /^\/payment-accounts\/([^/]+)\/verifications\/([^/]+)$/u, verification],
  ["GET", /^\/brands\/([^/]+)\/payment-methods$/u, ({ world, ids }) => ({ body: of(world).methods.get(ids[0] ?? "") ?? { methods: [], version: 0 } })],
  ["POST", /^\/brands\/([^/]+)\/payment-methods$/u, save],
  ["PUT", /^\/brands\/([^/]+)\/payment-methods\/order$/u, reorder],
];
