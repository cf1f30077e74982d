import { beforeEach, describe, expect, it, vi } from "vitest";
import type { OrderBody, PlacedOrder } from "@yizhimai/api";
import { bodyLine } from "../domain/cart";
import { line } from "../domain/fixture";
import type { Shop } from "./shop";

/** The gateway: orders by key, with the body each was made of. */
const gateway = { orders: new Map<string, { body: string; placed: PlacedOrder }>(), lost: 0, refusal: "" };

function answer(key: string, body: OrderBody) {
  const text = JSON.stringify(body);
  const known = gateway.orders.get(key);
  const refuse = (reason: string, params = {}) => ({ error: { reason, params }, response: new Response(null, { status: 409 }) });
  if (!known && gateway.refusal) return refuse(gateway.refusal);
  if (known && known.body !== text) {
    const { order_number, pickup_number } = known.placed.order;
    return refuse("IDEMPOTENCY_MISMATCH", { order_number, pickup_number });
  }
  const number = String(gateway.orders.size + 1).padStart(3, "0");
  const order = { order_number: `N${number}`, pickup_number: number, state: "placed", created_at: "2026-11-30T04:00:00Z" };
  const placed = known?.placed ?? ({ order, access_token: `t${number}`, replayed: false } as unknown as PlacedOrder);
  gateway.orders.set(key, { body: text, placed });
  if (gateway.lost > 0) {
    gateway.lost -= 1;
    throw new TypeError("the line broke");
  }
  return { data: placed, response: new Response(null, { status: 201 }) };
}

interface Call {
  params: { header: { "Idempotency-Key": string } };
  body: OrderBody;
  headers?: Record<string, string>;
}

const calls: (Omit<Call, "body"> & { path: string })[] = [];

vi.mock("../lib/api", () => ({
  api: {
    POST: async (path: string, { params, body, headers }: Call) => {
      calls.push({ path, params, headers });
      return answer(params.header["Idempotency-Key"], body);
    },
  },
}));

const stored = new Map<string, string>();
vi.stubGlobal("localStorage", {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => void stored.set(key, value),
  removeItem: (key: string) => void stored.delete(key),
});
vi.stubGlobal("addEventListener", () => undefined);
vi.stubGlobal("location", new URL("https://shop.test/tea/north"));
vi.stubGlobal("history", { state: null });

const { openCart } = await import("./cart-store");
const { openDraft } = await import("./draft-store");
const { earlierOrder, placeOrder } = await import("./place-order");

function open(): Shop {
  return { brand: "tea", branch: "north", cart: openCart("cart"), draft: openDraft("draft") } as unknown as Shop;
}

const body = (shop: Shop, remark = "") => ({ lines: shop.cart.lines.value.map(bodyLine), remark }) as unknown as OrderBody;

/** Sends, without waiting between the repeats. */
async function send(shop: Shop, sent: OrderBody) {
  const outcome = placeOrder(shop, sent, () => undefined);
  await vi.runAllTimersAsync();
  return outcome;
}

beforeEach(() => {
  vi.useFakeTimers();
  stored.clear();
  gateway.orders.clear();
  Object.assign(gateway, { lost: 0, refusal: "" });
});

describe("placing an order", () => {
  it("empties the cart of what was ordered, and the next order has a key of its own", async () => {
    const shop = open();
    shop.cart.put(line());
    const { key } = shop.draft.draft.value;
    expect(await send(shop, body(shop))).toMatchObject({ kind: "placed", page: "/tea/north/orders/t001" });
    expect(shop.cart.lines.value).toEqual([]);
    expect(shop.draft.draft.value.key).not.toBe(key);
  });

  it("repeats under one key while there is no answer, also after a reload, and makes one order", async () => {
    const shop = open();
    shop.cart.put(line());
    gateway.lost = 99;
    expect((await send(shop, body(shop))).kind).toBe("unanswered");
    const reloaded = open();
    expect(reloaded.draft.draft.value.unanswered_since).toBeDefined();
    gateway.lost = 0;
    const again = await send(reloaded, reloaded.draft.draft.value.sent?.at(-1) as OrderBody);
    expect(again.kind).toBe("placed");
    expect(gateway.orders.size).toBe(1);
  });

  it("loses nothing that was put in the cart after an unanswered attempt", async () => {
    const shop = open();
    shop.cart.put(line({ quantity: 2 }));
    gateway.lost = 99;
    const sent = body(shop);
    await send(shop, sent);
    shop.cart.put(line({ line_id: "new" }));
    shop.cart.put(line({ line_id: "egg", product_id: "egg", variant_id: "egg-1", choice: {} }));
    gateway.lost = 0;
    await send(shop, sent);
    expect(shop.cart.lines.value.map(({ product_id, quantity }) => [product_id, quantity])).toEqual([["tea", 1], ["egg", 1]]);
  });

  it("starts again after an unanswered attempt without a second order, and finds the first", async () => {
    const shop = open();
    shop.cart.put(line());
    gateway.lost = 99;
    await send(shop, body(shop));
    gateway.lost = 0;
    shop.draft.settled();
    shop.draft.edit({ wanted_at: "2026-12-01T04:00:00Z", remark: "分開裝" });
    shop.cart.put(line({ line_id: "egg", product_id: "egg", variant_id: "egg-1", choice: {} }));
    const outcome = await send(shop, body(shop, "改過"));
    expect(outcome).toMatchObject({ kind: "refused", problem: { reason: "IDEMPOTENCY_MISMATCH" } });
    if (outcome.kind !== "refused") return;
    expect(await earlierOrder(shop, outcome.problem)).toEqual({ pickup_number: "001", page: "/tea/north/orders/t001" });
    expect(gateway.orders.size).toBe(1);
    expect(shop.cart.lines.value.map(({ product_id }) => product_id)).toEqual(["egg"]);
    expect(shop.draft.draft.value).toMatchObject({ wanted_at: "2026-12-01T04:00:00Z", remark: "分開裝" });
    expect((await send(shop, body(shop))).kind).toBe("placed");
    expect(gateway.orders.size).toBe(2);
  });

  it("takes another body under the same key when the first attempt never arrived or was refused", async () => {
    const shop = open();
    shop.cart.put(line());
    const { key } = shop.draft.draft.value;
    gateway.refusal = "OUT_OF_STOCK";
    expect((await send(shop, body(shop))).kind).toBe("refused");
    shop.draft.settled();
    gateway.refusal = "";
    shop.cart.setQuantity("a", 3);
    expect((await send(shop, body(shop))).kind).toBe("placed");
    expect([...gateway.orders.keys()]).toEqual([key]);
  });

  it("names the order of another tab by what that tab has remembered", async () => {
    const shop = open();
    shop.cart.put(line());
    shop.draft.edit({ name: "王小姐" });
    const other = open();
    other.cart.put(line({ quantity: 4 }));
    await send(other, body(other, "另一個分頁"));
    const outcome = await send(shop, body(shop));
    if (outcome.kind !== "refused") throw new Error(outcome.kind);
    expect(await earlierOrder(shop, outcome.problem)).toEqual({ pickup_number: "001", page: "/tea/north/orders/t001" });
  });

  it("takes what was ordered out of the cart once, however many attempts learn of the order", async () => {
    const shop = open();
    shop.cart.put(line());
    const sent = body(shop);
    const both = Promise.all([placeOrder(shop, sent, () => undefined), placeOrder(shop, sent, () => undefined)]);
    shop.cart.put(line({ line_id: "new" }));
    await both;
    expect(shop.cart.units.value).toBe(1);
  });
});

describe("in test mode", () => {
  it("posts a test order in the name of the staff signed in", async () => {
    vi.stubGlobal("sessionStorage", { getItem: () => "1" });
    vi.stubGlobal("document", { cookie: "a=b; yzm_csrf=token" });
    const shop = { ...open(), menu: { value: { menu: { branch: { branch_id: "north-id" } } } } } as unknown as Shop;
    shop.cart.put(line());
    const outcome = await send(shop, body(shop));
    expect(outcome.kind).toBe("placed");
    const call = calls.at(-1);
    expect(call?.path).toBe("/api/admin/branches/{branch_id}/test-orders");
    expect(call?.params).toMatchObject({ path: { branch_id: "north-id" } });
    expect(call?.headers).toEqual({ "X-CSRF-Token": "token" });
  });
});
