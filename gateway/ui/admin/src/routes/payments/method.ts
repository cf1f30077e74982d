import type { PaymentAccount, PaymentKind, PaymentMethod, PaymentMethodInput, PaymentProvider, ProviderInfo } from "../../data/types";

export const kinds = ["cash", "card", "apple_pay", "google_pay", "line_pay", "jkopay", "atm", "convenience_store", "transfer", "e_ticket", "platform", "other"] as const satisfies readonly PaymentKind[];

/** The provider's own words for a kind of payment; an empty list leaves the provider without a choice. */
const words: Partial<Record<PaymentKind, Partial<Record<PaymentProvider, readonly string[]>>>> = {
  card: { ecpay: ["Credit"], newebpay: ["CREDIT", "UNIONPAY", "CREDITAE"], tappay: [], stripe: [] },
  apple_pay: { ecpay: ["ApplePay"], newebpay: ["APPLEPAY"], stripe: [] },
  google_pay: { newebpay: ["ANDROIDPAY"], stripe: [] },
  line_pay: { linepay: [], newebpay: ["LINEPAY"] },
  jkopay: { jkopay: [] },
  atm: { ecpay: ["ATM", "WebATM"], newebpay: ["VACC", "WEBATM"] },
  convenience_store: { ecpay: ["CVS", "BARCODE"], newebpay: ["CVS", "BARCODE"] },
};

/** Whether a provider takes the money, before the order is placed. */
export function isOnline(kind: PaymentKind): boolean {
  return !["cash", "transfer", "e_ticket", "platform"].includes(kind);
}

/** The providers that offer a kind of payment. */
export function providersOf(kind: PaymentKind, providers: readonly ProviderInfo[]): PaymentProvider[] {
  if (!isOnline(kind)) return [];
  const all = providers.map((one) => one.provider);
  const offering = words[kind];
  return offering ? all.filter((one) => offering[one] !== undefined) : all;
}

/** The provider's own words that a kind of payment may use there. */
export function wordsOf(kind: PaymentKind, provider: PaymentProvider | null | undefined, providers: readonly ProviderInfo[]): string[] {
  const known = providers.find((one) => one.provider === provider)?.methods ?? [];
  const own = provider ? words[kind]?.[provider] : undefined;
  return own ? own.filter((word) => known.includes(word)) : known;
}

/** A method as the form holds it: amounts empty for none, the fee in percent. */
export interface MethodDraft {
  kind: PaymentKind;
  provider: PaymentProvider | null;
  provider_method: string;
  name: string;
  text: string;
  enabled: boolean;
  branch_ids: string[];
  methods: PaymentMethod["methods"];
  channels: PaymentMethod["channels"];
  min_amount: number | null;
  max_amount: number | null;
  fee_percent: number | null;
  fee_fixed: number | null;
  deposit_percent: number | null;
}

export const newDraft: MethodDraft = {
  kind: "cash", provider: null, provider_method: "", name: "", text: "", enabled: true, branch_ids: [], methods: [], channels: [],
  min_amount: null, max_amount: null, fee_percent: null, fee_fixed: null, deposit_percent: null,
};

/** A stored method as the form holds it. */
export function draftOf(method: PaymentMethod): MethodDraft {
  const { kind, provider, provider_method, name, text, enabled, branch_ids, methods, channels, min_amount, max_amount, fee_basis_points, fee_fixed, deposit_percent } = method;
  return {
    kind, provider: provider ?? null, provider_method, name, text, enabled, branch_ids, methods, channels,
    min_amount: min_amount || null, max_amount: max_amount ?? null, fee_percent: fee_basis_points ? fee_basis_points / 100 : null,
    fee_fixed: fee_fixed || null, deposit_percent: deposit_percent ?? null,
  };
}

/** What is sent of a draft; what its kind does not have is left out. */
export function inputOf(draft: MethodDraft): PaymentMethodInput {
  const online = isOnline(draft.kind);
  return {
    kind: draft.kind, provider: online ? draft.provider : null, provider_method: online ? draft.provider_method : "",
    name: draft.name.trim(), text: draft.text.trim(), enabled: draft.enabled,
    branch_ids: draft.branch_ids, methods: draft.methods, channels: draft.channels,
    min_amount: draft.min_amount ?? 0, max_amount: draft.max_amount, fee_basis_points: Math.round((draft.fee_percent ?? 0) * 100),
    fee_fixed: draft.fee_fixed ?? 0, deposit_percent: online ? draft.deposit_percent : null,
  };
}

/** A draft of another kind: with the provider and the word that fit, where there is only one. */
export function ofKind(draft: MethodDraft, kind: PaymentKind, providers: readonly ProviderInfo[]): MethodDraft {
  const fitting = providersOf(kind, providers);
  const kept = draft.provider && fitting.includes(draft.provider) ? draft.provider : null;
  return ofProvider({ ...draft, kind }, kept ?? (fitting.length === 1 ? (fitting[0] ?? null) : null), providers);
}

/** A draft with another provider. */
export function ofProvider(draft: MethodDraft, provider: PaymentProvider | null, providers: readonly ProviderInfo[]): MethodDraft {
  const fitting = wordsOf(draft.kind, provider, providers);
  const kept = fitting.includes(draft.provider_method) ? draft.provider_method : "";
  return { ...draft, provider, provider_method: kept || (draft.kind === "other" ? "" : (fitting[0] ?? "")) };
}

/** Ids with one of them moved by a number of places. */
export function moved(ids: readonly string[], id: string, by: number): string[] {
  const from = ids.indexOf(id);
  const to = from + by;
  if (from < 0 || to < 0 || to >= ids.length) return [...ids];
  const others = ids.filter((one) => one !== id);
  return [...others.slice(0, to), id, ...others.slice(to)];
}

/** Why an online method cannot be chosen by customers although it is on. */
export type Lack = "account" | "live" | "later";

/** What is missing for an online method; nothing for one that works, is off, or needs no account. */
export function lackOf(method: PaymentMethod, accounts: readonly PaymentAccount[], now: number): Lack | undefined {
  if (!method.enabled || !method.provider) return undefined;
  const branches = method.branch_ids;
  const usable = accounts.filter(
    (one) => !one.archived && one.provider === method.provider && (!one.branch_id || branches.length === 0 || branches.includes(one.branch_id)),
  );
  if (usable.length === 0) return "account";
  const inForce = usable.filter((one) => Date.parse(one.effective_at) <= now);
  if (inForce.length === 0) return "later";
  return inForce.some((one) => one.mode === "live") ? undefined : "live";
}
