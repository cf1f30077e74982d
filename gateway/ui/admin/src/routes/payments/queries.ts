import { queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { AccountInput, AccountUpdate, CredentialInput, GatewayMode, NewPaymentAccount, PaymentAccount, PaymentMethodInput, VerificationStart } from "../../data/types";

/** What the providers can do and which credentials they need. */
export const providersQuery = queryOptions({
  queryKey: keys.paymentProviders(),
  queryFn: async () => (await call("GET", "/api/admin/payment-providers")).providers,
  staleTime: Infinity,
});

/** The accounts of a brand and of those of its branches that one may see. */
export const accountsQuery = (brandId: string) =>
  queryOptions({
    queryKey: keys.paymentAccounts(brandId),
    queryFn: async () => (await call("GET", "/api/admin/brands/{brand_id}/payment-accounts", { path: { brand_id: brandId } })).accounts,
  });

/** The payment methods of a brand in the order of checkout. */
export const methodsQuery = (brandId: string) =>
  queryOptions({
    queryKey: keys.paymentMethods(brandId),
    queryFn: () => call("GET", "/api/admin/brands/{brand_id}/payment-methods", { path: { brand_id: brandId } }),
  });

const POLL_MS = 3_000;

/** A verification; the provider is queried until it has passed or failed. */
export const verificationQuery = (accountId: string, verificationId: string) =>
  queryOptions({
    queryKey: keys.paymentVerification(accountId, verificationId),
    queryFn: async () => {
      const path = { account_id: accountId, verification_id: verificationId };
      return (await call("GET", "/api/admin/payment-accounts/{account_id}/verifications/{verification_id}", { path })).verification;
    },
    enabled: verificationId !== "",
    retry: false,
    refetchInterval: ({ state }) => (state.data && state.data.state !== "pending" ? false : POLL_MS),
    refetchIntervalInBackground: true,
  });

/** Saves a payment method, a new one without its id. */
export function saveMethod(brandId: string, version: number, method: PaymentMethodInput, methodId: string | undefined, key: string) {
  return call("POST", "/api/admin/brands/{brand_id}/payment-methods", {
    path: { brand_id: brandId }, body: { version, method, ...(methodId ? { method_id: methodId } : {}) }, key,
  });
}

/** Puts the methods of a brand into another order. */
export function orderMethods(brandId: string, version: number, methodIds: string[]) {
  return call("PUT", "/api/admin/brands/{brand_id}/payment-methods/order", { path: { brand_id: brandId }, body: { version, method_ids: methodIds } });
}

/** Creates an account in test mode. */
export function createAccount(brandId: string, body: NewPaymentAccount, key: string) {
  return call("POST", "/api/admin/brands/{brand_id}/payment-accounts", { path: { brand_id: brandId }, body, key });
}

/** Changes what is not secret of an account. */
export function updateAccount({ account_id, version }: PaymentAccount, change: AccountInput & { archived: boolean }) {
  const body: AccountUpdate = { version, ...change };
  return call("PUT", "/api/admin/payment-accounts/{account_id}", { path: { account_id }, body });
}

/** Replaces the credentials of an account, for test or for live. */
export function replaceCredentials({ account_id, version }: PaymentAccount, mode: GatewayMode, credentials: CredentialInput[]) {
  return call("POST", "/api/admin/payment-accounts/{account_id}/credentials", { path: { account_id }, body: { version, mode, credentials } });
}

/** Starts a verification, or goes on with the token of the provider's card fields. */
export function verifyAccount(accountId: string, body: VerificationStart) {
  return call("POST", "/api/admin/payment-accounts/{account_id}/verifications", { path: { account_id: accountId }, body });
}
