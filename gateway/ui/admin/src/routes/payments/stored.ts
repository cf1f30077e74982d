const key = (accountId: string) => `yzm.verification.${accountId}`;

/** Keeps which verification an account is in, so that the page a provider leads back to can go on with it. */
export function storeVerification(accountId: string, verificationId: string): void {
  localStorage.setItem(key(accountId), verificationId);
}

/** The verification that was started last on this device. */
export function storedVerification(accountId: string): string {
  return localStorage.getItem(key(accountId)) ?? "";
}

export function forgetVerification(accountId: string): void {
  localStorage.removeItem(key(accountId));
}
