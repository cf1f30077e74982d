import { isUnanswered, problemFrom, unwrap, type OrderBody, type PlacedOrder, type Problem } from "@yizhimai/api";
import { api } from "../lib/api";
import type { Shop } from "./shop";

export type Outcome =
  | { kind: "placed"; placed: PlacedOrder }
  | { kind: "refused"; problem: Problem }
  | { kind: "unanswered"; problem: Problem };

const WAITS_MS = [800, 1_600, 3_000, 5_000, 8_000];

const pause = (ms: number) => new Promise<void>((resolve) => {
  setTimeout(resolve, ms);
});

async function post(shop: Shop, key: string, body: OrderBody): Promise<Outcome> {
  const params = { path: { brand: shop.brand, branch: shop.branch }, header: { "Idempotency-Key": key } };
  try {
    return { kind: "placed", placed: await unwrap(api.POST("/api/shop/{brand}/{branch}/orders", { params, body })) };
  } catch (error) {
    const problem = problemFrom(error);
    return { kind: isUnanswered(problem) ? "unanswered" : "refused", problem };
  }
}

/**
 * Posts the order under the draft's key until there is an answer. What goes out was written down
 * first, so each repetition, also after a reload, carries the same key and the same body.
 */
export async function placeOrder(shop: Shop, body: OrderBody, onWaiting: () => void): Promise<Outcome> {
  const { key } = shop.draft.draft.value;
  shop.draft.sent(body);
  let outcome = await post(shop, key, body);
  for (const wait of WAITS_MS) {
    if (outcome.kind !== "unanswered") break;
    onWaiting();
    await pause(wait);
    outcome = await post(shop, key, body);
  }
  return outcome;
}
