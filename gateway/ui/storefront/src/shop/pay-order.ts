import { isUnanswered, newIdempotencyKey, NO_ANSWER, problemFrom, type Problem } from "@yizhimai/api";
import { startPayment, type NextStep } from "../api/payment";
import { load, save } from "../lib/storage";
import { keys } from "./keys";
import type { Shop } from "./shop";

export type PayOutcome =
  | { kind: "started"; next: NextStep }
  | { kind: "refused"; problem: Problem }
  | { kind: "unanswered"; problem: Problem };

/** The latest attempt of this device. All tabs share its key, which is kept until the response is known. */
interface Attempt {
  method_id: string;
  key?: string;
}

const WAITS_MS = [800, 1_600, 3_000];

const pause = (ms: number) => new Promise<void>((resolve) => {
  setTimeout(resolve, ms);
});

export function methodUsedLast(token: string): string | undefined {
  return load<Attempt>(keys.attempt(token))?.method_id;
}

/** Forgets the attempt of an order that can no longer be paid. */
export function forgetAttempt(token: string): void {
  save(keys.attempt(token), undefined);
}

function keyFor(token: string, method_id: string): string {
  const attempt = load<Attempt>(keys.attempt(token));
  if (attempt?.key && attempt.method_id === method_id) return attempt.key;
  const key = newIdempotencyKey();
  save(keys.attempt(token), { method_id, key });
  return key;
}

/** Drops the key: the next request is another attempt. */
function settle(token: string, method_id: string): void {
  save(keys.attempt(token), { method_id });
}

async function post(shop: Shop, token: string, method_id: string, key: string, provider_token: string | null): Promise<PayOutcome> {
  try {
    const { next } = await startPayment(shop, token, key, { payment_method_id: method_id, provider_token });
    return { kind: "started", next };
  } catch (error) {
    const problem = problemFrom(error);
    return { kind: isUnanswered(problem) ? "unanswered" : "refused", problem };
  }
}

/**
 * Starts an attempt to pay an order. Retries, also from another tab or after a reload, use the same key until
 * there is a response, so that they are one attempt. A token from a provider's fields is sent with the key of
 * the request whose response was those fields.
 */
export async function payOrder(shop: Shop, token: string, method_id: string, provider_token: string | null = null): Promise<PayOutcome> {
  const send = (key: string) => post(shop, token, method_id, key, provider_token);
  const key = keyFor(token, method_id);
  let outcome = await send(key);
  for (const wait of WAITS_MS) {
    // Only a lost connection is retried here; an error of the server is shown.
    if (outcome.kind !== "unanswered" || outcome.problem.reason !== NO_ANSWER) break;
    await pause(wait);
    outcome = await send(key);
  }
  if (outcome.kind === "refused" && outcome.problem.reason === "IDEMPOTENCY_MISMATCH") {
    // The order has changed since the key was used, such as its expiry, or another tab used it.
    settle(token, method_id);
    outcome = await send(keyFor(token, method_id));
  }
  const isKnown = outcome.kind === "started" ? outcome.next.kind !== "fields" : outcome.kind === "refused";
  if (isKnown) settle(token, method_id);
  return outcome;
}

/** The order just placed, whose page starts to pay at once. Not stored, so that a reload does not pay again. */
let toPay: { token: string; method_id: string } | undefined;

export function payAtOnce(token: string, method_id: string): void {
  toPay = { token, method_id };
}

/** The method to pay with at once; returned once. */
export function takePayAtOnce(token: string): string | undefined {
  const method_id = toPay?.token === token ? toPay.method_id : undefined;
  toPay = undefined;
  return method_id;
}
