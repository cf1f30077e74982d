/** Parts of the screen, as the address names them. */
export const tabs = ["methods", "accounts"] as const;
export type PaymentTab = (typeof tabs)[number];

export interface PaymentSearch {
  tab?: PaymentTab;
  /** Account whose verification a provider's page led back from. */
  verify?: string;
}

/** What an address asks for; 付款方式, when it asks for no part that there is. */
export function parsePaymentSearch(search: Record<string, unknown>): PaymentSearch {
  return {
    ...(search.tab === "accounts" ? { tab: "accounts" as const } : {}),
    ...(typeof search.verify === "string" && search.verify ? { verify: search.verify } : {}),
  };
}
