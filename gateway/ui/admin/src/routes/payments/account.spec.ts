import { describe, expect, it } from "vitest";

import type { ProviderInfo } from "../../data/types";
import { accountInput, type AccountDraft } from "./account";
import { parsePaymentSearch } from "./tabs";

const info: ProviderInfo = { provider: "jkopay", fields: [], methods: [], separate_capture: false, partial_refund: true, refund_days: null, fields_in_page: false };
const draft: AccountDraft = { name: " 街口 ", capture: "later", effective: undefined, store_code: "", settlement_days: null };
const instant = (wall: string) => `${wall}:00Z`;

describe("what is sent of an account", () => {
  it("captures at once where the provider cannot reserve", () => {
    expect(accountInput(draft, info, instant).capture).toBe("at_once");
    expect(accountInput(draft, { ...info, separate_capture: true }, instant).capture).toBe("later");
  });

  it("leaves the effective time out unless one was chosen", () => {
    expect(accountInput(draft, info, instant)).toEqual({ name: "街口", capture: "at_once", store_code: "", settlement_days: 0 });
    expect(accountInput({ ...draft, effective: "2026-07-01T09:00" }, info, instant).effective_at).toBe("2026-07-01T09:00:00Z");
  });
});

describe("the address", () => {
  it("asks for the methods unless it says otherwise", () => {
    expect(parsePaymentSearch({})).toEqual({});
    expect(parsePaymentSearch({ tab: "keys", verify: 3 })).toEqual({});
    expect(parsePaymentSearch({ tab: "accounts", verify: "a1" })).toEqual({ tab: "accounts", verify: "a1" });
  });
});
