import { describe, expect, it } from "vitest";

import type { PaymentAccount, PaymentMethod, ProviderInfo } from "../../data/types";
import { draftOf, inputOf, lackOf, moved, newDraft, ofKind, ofProvider, providersOf, wordsOf } from "./method";

const provider = (name: ProviderInfo["provider"], methods: string[] = []): ProviderInfo => ({
  provider: name, fields: [], methods, separate_capture: true, partial_refund: true, refund_days: null, fields_in_page: false,
});
const providers = [provider("ecpay", ["Credit", "ATM", "CVS", "BARCODE"]), provider("linepay"), provider("newebpay", ["CREDIT", "LINEPAY"]), provider("jkopay")];

const method = (part: Partial<PaymentMethod>): PaymentMethod => ({
  method_id: "m", kind: "card", provider: "ecpay", provider_method: "Credit", name: "信用卡", text: "", enabled: true, branch_ids: [], methods: [], channels: [],
  min_amount: 0, max_amount: null, fee_basis_points: 0, fee_fixed: 0, deposit_percent: null, ...part,
});

const account = (part: Partial<PaymentAccount>) =>
  ({ account_id: "a", branch_id: null, provider: "ecpay", mode: "live", archived: false, effective_at: "2026-06-01T00:00:00Z", ...part }) as PaymentAccount;

describe("the provider of a kind", () => {
  it("is only one that offers it", () => {
    expect(providersOf("line_pay", providers)).toEqual(["linepay", "newebpay"]);
    expect(providersOf("cash", providers)).toEqual([]);
    expect(providersOf("other", providers)).toHaveLength(4);
  });

  it("is chosen by itself where there is one", () => {
    expect(ofKind(newDraft, "jkopay", providers).provider).toBe("jkopay");
    expect(ofKind(newDraft, "card", providers).provider).toBeNull();
  });

  it("goes with a kind that it does not offer", () => {
    const card = ofProvider({ ...newDraft, kind: "card" }, "ecpay", providers);
    expect(card.provider_method).toBe("Credit");
    expect(ofKind(card, "jkopay", providers)).toMatchObject({ provider: "jkopay", provider_method: "" });
    expect(ofKind(card, "cash", providers)).toMatchObject({ provider: null, provider_method: "" });
  });

  it("offers only words that the provider knows", () => {
    expect(wordsOf("atm", "ecpay", providers)).toEqual(["ATM"]);
    expect(wordsOf("convenience_store", "ecpay", providers)).toEqual(["CVS", "BARCODE"]);
    expect(wordsOf("card", null, providers)).toEqual([]);
  });
});

describe("what is sent", () => {
  it("is what was stored when nothing was changed", () => {
    const stored = method({ fee_basis_points: 275, fee_fixed: 5, min_amount: 100, max_amount: 20_000, deposit_percent: 30, branch_ids: ["b"] });
    const { method_id: _, ...rest } = stored;
    expect(inputOf(draftOf(stored))).toEqual(rest);
  });

  it("rounds the fee to a hundredth of a percent", () => {
    expect(inputOf({ ...newDraft, fee_percent: 2.31 }).fee_basis_points).toBe(231);
    expect(inputOf({ ...newDraft, fee_percent: 0.29 }).fee_basis_points).toBe(29);
  });

  it("has no provider and no deposit for what is paid on site", () => {
    const draft = { ...draftOf(method({ deposit_percent: 30 })), kind: "cash" as const };
    expect(inputOf(draft)).toMatchObject({ provider: null, provider_method: "", deposit_percent: null });
  });
});

describe("the order", () => {
  it("moves one by its place and stops at the ends", () => {
    expect(moved(["a", "b", "c"], "c", -1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b", "c"], "a", 1)).toEqual(["b", "a", "c"]);
    expect(moved(["a", "b", "c"], "a", -1)).toEqual(["a", "b", "c"]);
    expect(moved(["a", "b", "c"], "x", 1)).toEqual(["a", "b", "c"]);
  });
});

describe("what an online method lacks", () => {
  const now = Date.parse("2026-06-12T00:00:00Z");
  const lack = (part: Partial<PaymentMethod>, ...accounts: Partial<PaymentAccount>[]) => lackOf(method(part), accounts.map(account), now);

  it("is nothing once a live account is in force", () => {
    expect(lack({}, {})).toBeUndefined();
    expect(lack({}, { mode: "test" }, {})).toBeUndefined();
  });

  it("is an account, a live one, or one in force already", () => {
    expect(lack({})).toBe("account");
    expect(lack({}, { archived: true }, { provider: "stripe" })).toBe("account");
    expect(lack({}, { mode: "test" })).toBe("live");
    expect(lack({}, { effective_at: "2026-07-01T00:00:00Z" })).toBe("later");
  });

  it("counts an account of a branch only for the method's branches", () => {
    expect(lack({ branch_ids: ["b1"] }, { branch_id: "b2" })).toBe("account");
    expect(lack({ branch_ids: ["b2"] }, { branch_id: "b2" })).toBeUndefined();
  });

  it("is nothing for what is off or paid on site", () => {
    expect(lack({ enabled: false })).toBeUndefined();
    expect(lack({ kind: "cash", provider: null })).toBeUndefined();
  });
});
