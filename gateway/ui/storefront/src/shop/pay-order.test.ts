import { beforeEach, describe, expect, it, vi } from "vitest";
import type { NextStep } from "../api/payment";
import type { Shop } from "./shop";

interface Call {
  params: { path: { token: string }; header: { "Idempotency-Key": string } };
  body: { payment_method_id: string; provider_token: string | null };
}

/** A fake gateway: attempts by key, and the failures it still has to show. */
const gateway = { attempts: new Map<string, string>(), calls: [] as Call[], lost: 0, refusals: [] as [status: number, reason: string][] };

const step = (kind: NextStep["kind"]) => ({ kind, url: "", fields: [], script_url: "", settings_json: "" });

function answer(call: Call) {
  gateway.calls.push(call);
  const refusal = gateway.refusals.shift();
  if (refusal) {
    const [status, reason] = refusal;
    return { error: { reason }, response: new Response(null, { status }) };
  }
  const { payment_method_id, provider_token } = call.body;
  gateway.attempts.set(call.params.header["Idempotency-Key"], payment_method_id);
  if (gateway.lost > 0) {
    gateway.lost -= 1;
    throw new TypeError("the line broke");
  }
  const kind = payment_method_id === "tappay" && provider_token === null ? "fields" : payment_method_id === "tappay" ? "wait" : "form";
  return { data: { order: {}, next: step(kind) }, response: new Response() };
}

vi.mock("../lib/api", () => ({ api: { POST: async (_: string, call: Call) => answer(call) } }));

const stored = new Map<string, string>();
vi.stubGlobal("localStorage", {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => void stored.set(key, value),
  removeItem: (key: string) => void stored.delete(key),
});

const { methodUsedLast, payAtOnce, payOrder, takePayAtOnce } = await import("./pay-order");

const shop = { brand: "tea", branch: "north" } as Shop;
const keysSent = () => gateway.calls.map(({ params }) => params.header["Idempotency-Key"]);

/** Pays, without waiting between the repeats. */
async function pay(method: string, token: string | null = null) {
  const outcome = payOrder(shop, "t1", method, token);
  await vi.runAllTimersAsync();
  return outcome;
}

beforeEach(() => {
  vi.useFakeTimers();
  stored.clear();
  gateway.attempts.clear();
  gateway.calls = [];
  gateway.refusals = [];
  gateway.lost = 0;
});

describe("paying an order", () => {
  it("repeats one attempt while there is no answer, also after a reload", async () => {
    gateway.lost = 99;
    expect((await pay("card")).kind).toBe("unanswered");
    gateway.lost = 0;
    expect(await pay("card")).toMatchObject({ kind: "started", next: { kind: "form" } });
    expect(gateway.attempts.size).toBe(1);
  });

  it("is another attempt after coming back from the provider, and with another method", async () => {
    await pay("card");
    await pay("card");
    await pay("line");
    expect([...gateway.attempts.values()]).toEqual(["card", "card", "line"]);
    expect(methodUsedLast("t1")).toBe("line");
  });

  it("sends the card's token under the key that was answered with the fields", async () => {
    expect(await pay("tappay")).toMatchObject({ next: { kind: "fields" } });
    expect(await pay("tappay", "prime")).toMatchObject({ next: { kind: "wait" } });
    expect(new Set(keysSent()).size).toBe(1);
    await pay("tappay");
    expect(new Set(keysSent()).size).toBe(2);
  });

  it("shows a provider's trouble at once and tries the same attempt again", async () => {
    gateway.refusals = [[503, "GATEWAY_UNAVAILABLE"]];
    expect(await pay("card")).toMatchObject({ kind: "unanswered", problem: { reason: "GATEWAY_UNAVAILABLE" } });
    expect(gateway.calls).toHaveLength(1);
    await pay("card");
    expect(new Set(keysSent()).size).toBe(1);
  });

  it("begins anew after a refusal, and by itself when the order has changed since", async () => {
    gateway.refusals = [[422, "PAYMENT_DECLINED"]];
    expect(await pay("card")).toMatchObject({ kind: "refused", problem: { reason: "PAYMENT_DECLINED" } });
    gateway.refusals = [[409, "IDEMPOTENCY_MISMATCH"]];
    expect((await pay("card")).kind).toBe("started");
    expect(new Set(keysSent()).size).toBe(3);
  });
});

it("pays a placed order at once, and only once", () => {
  payAtOnce("t1", "card");
  expect([takePayAtOnce("t1"), takePayAtOnce("t1")]).toEqual(["card", undefined]);
  payAtOnce("t1", "card");
  expect(takePayAtOnce("t2")).toBeUndefined();
});
