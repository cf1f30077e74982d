import type { AccountInput, PaymentAccount, ProviderInfo } from "../../data/types";

/** What is not secret of an account, as the form holds it. */
export interface AccountDraft {
  name: string;
  capture: AccountInput["capture"];
  /** Date and time on the branch's clock; empty for at once, or for no change. */
  effective: string | undefined;
  store_code: string;
  settlement_days: number | null;
}

/** What is sent of a draft; a provider that cannot reserve captures at once. */
export function accountInput(draft: AccountDraft, info: ProviderInfo | undefined, instant: (wall: string) => string): AccountInput {
  return {
    name: draft.name.trim(),
    capture: info?.separate_capture === false ? "at_once" : draft.capture,
    ...(draft.effective ? { effective_at: instant(draft.effective) } : {}),
    store_code: draft.store_code.trim(),
    settlement_days: draft.settlement_days ?? 0,
  };
}

/** Accounts in use, those of the brand first, and those that are not. */
export function parted(accounts: readonly PaymentAccount[]): { used: PaymentAccount[]; archived: PaymentAccount[] } {
  return { used: accounts.filter((one) => !one.archived), archived: accounts.filter((one) => one.archived) };
}
