import { isUnanswered, problemFrom, unwrap, type OrderBody, type PlacedOrder, type Problem } from "@yizhimai/api";
import { withoutOrdered } from "../domain/cart";
import { api } from "../lib/api";
import { paths } from "../lib/router";
import { orderOf, remember } from "./orders-seen";
import type { Shop } from "./shop";
import { isTestMode } from "./test-mode";

export type Outcome =
  | { kind: "placed"; placed: PlacedOrder }
  | { kind: "refused"; problem: Problem }
  | { kind: "unanswered"; problem: Problem };

/** The order that an earlier attempt placed, with its page where this device knows it. */
export interface EarlierOrder {
  pickup_number: string;
  page?: string;
}

const WAITS_MS = [800, 1_600, 3_000, 5_000, 8_000];

const pause = (ms: number) => new Promise<void>((resolve) => {
  setTimeout(resolve, ms);
});

function send(shop: Shop, key: string, body: OrderBody): Promise<PlacedOrder> {
  const header = { "Idempotency-Key": key };
  const menu = isTestMode() ? shop.menu.value?.menu : undefined;
  if (!menu) {
    return unwrap(api.POST("/api/shop/{brand}/{branch}/orders", { params: { path: { brand: shop.brand, branch: shop.branch }, header }, body }));
  }
  // In the name of the staff who is signed in with this browser.
  const csrf = /(?:^|; )yzm_csrf=([^;]*)/u.exec(document.cookie)?.[1] ?? "";
  const params = { path: { branch_id: menu.branch.branch_id }, header };
  return unwrap(api.POST("/api/admin/branches/{branch_id}/test-orders", { params, body, headers: { "X-CSRF-Token": csrf } }));
}

async function post(shop: Shop, key: string, body: OrderBody): Promise<Outcome> {
  try {
    return { kind: "placed", placed: await send(shop, key, body) };
  } catch (error) {
    const problem = problemFrom(error);
    return { kind: isUnanswered(problem) ? "unanswered" : "refused", problem };
  }
}

/**
 * Stores an order and removes its lines from the cart, once even when two attempts receive it; returns
 * its page. `next` is what happens to the form.
 */
function finish(shop: Shop, key: string, body: OrderBody, { order, access_token }: PlacedOrder, next: "placed" | "renew"): string {
  remember(shop.brand, shop.branch, access_token, order);
  if (shop.draft.draft.value.key === key) {
    shop.cart.replace(withoutOrdered(shop.cart.lines.value, body.lines));
    shop.draft[shop.cart.units.value > 0 ? next : "placed"]();
  }
  return paths.order(shop.brand, shop.branch, access_token);
}

/**
 * Posts the order under the draft's key until there is a response. The request is stored first, so that
 * each retry, also after a reload, sends the same key and body.
 */
export async function placeOrder(shop: Shop, body: OrderBody, onWaiting: () => void): Promise<Outcome & { page?: string }> {
  const { key } = shop.draft.draft.value;
  shop.draft.sending(body);
  let outcome = await post(shop, key, body);
  for (const wait of WAITS_MS) {
    if (outcome.kind !== "unanswered") break;
    onWaiting();
    await pause(wait);
    outcome = await post(shop, key, body);
  }
  return outcome.kind === "placed" ? { ...outcome, page: finish(shop, key, body, outcome.placed, "placed") } : outcome;
}

/**
 * The key has an order of another body: an earlier attempt was received, here or from another tab. It is
 * found by repeating what was sent here, which cannot place another order under that key.
 */
export async function earlierOrder(shop: Shop, { params }: Problem): Promise<EarlierOrder> {
  const { key, sent = [] } = shop.draft.draft.value;
  const pickup_number = params.pickup_number ?? "";
  for (const body of sent.slice(0, -1).toReversed()) {
    const outcome = await post(shop, key, body);
    if (outcome.kind === "placed") return { pickup_number, page: finish(shop, key, body, outcome.placed, "renew") };
  }
  if (shop.draft.draft.value.key === key) shop.draft.renew();
  const seen = orderOf(shop.brand, shop.branch, params.order_number ?? "");
  return { pickup_number, ...(seen ? { page: paths.order(shop.brand, shop.branch, seen.token) } : {}) };
}
