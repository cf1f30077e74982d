import { describe, expect, it } from "vitest";
import { createEventParser, type StreamEvent } from "./event-parser";
import { backoffMs, createApi, isUnanswered, newIdempotencyKey, problemFrom, problemOf, unwrap } from "./index";

describe("problemOf", () => {
  it("keeps reason, fields and further members", () => {
    const problem = problemOf(
      { type: "about:blank", status: 409, reason: "QUOTE_CHANGED", fields: [{ field: "lines[0]", reason: "OUT_OF_STOCK", params: { left: 2 } }], quote: { total: 90 } },
      409,
    );
    expect(problem.reason).toBe("QUOTE_CHANGED");
    expect(problem.fields).toEqual([{ field: "lines[0]", reason: "OUT_OF_STOCK", params: { left: "2" } }]);
    expect(problem.members).toEqual({ quote: { total: 90 } });
  });

  it("finds a reason for bodies that are no problem document", () => {
    expect(problemOf("<html>", 502).reason).toBe("TEMPORARILY_UNAVAILABLE");
    expect(problemOf(null, 404).reason).toBe("NOT_FOUND");
  });

  it("distinguishes unanswered from refused requests", () => {
    expect(isUnanswered(problemFrom(new TypeError("failed to fetch")))).toBe(true);
    expect(isUnanswered(problemOf(null, 503))).toBe(true);
    expect(isUnanswered(problemOf(null, 409))).toBe(false);
  });
});

describe("client", () => {
  it("throws the problem of a refused call", async () => {
    const fetch = () =>
      Promise.resolve(new Response(JSON.stringify({ reason: "CLOSED" }), { status: 422, headers: { "content-type": "application/problem+json" } }));
    const api = createApi({ baseUrl: "http://shop.test", fetch });
    const call = unwrap(api.GET("/api/shop/{brand}", { params: { path: { brand: "tea" } } }));
    await expect(call).rejects.toMatchObject({ problem: { reason: "CLOSED", status: 422 } });
  });
});

describe("newIdempotencyKey", () => {
  it("is a UUIDv7 that carries its time", () => {
    const key = newIdempotencyKey(0x0193_4f5e_6a7b);
    expect(key).toMatch(/^01934f5e-6a7b-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/u);
    expect(newIdempotencyKey()).not.toBe(newIdempotencyKey());
  });
});

describe("event stream", () => {
  it("reads events however the bytes are cut", () => {
    const text = ": hello\n\nid: a-1\nevent: order\ndata: {\"version\":\ndata: 2}\n\nevent: menu\r\ndata: x\r\n\r\n";
    for (const size of [1, 3, 7, text.length]) {
      const seen: StreamEvent[] = [];
      const parse = createEventParser((event) => seen.push(event));
      for (let at = 0; at < text.length; at += size) parse(text.slice(at, at + size));
      expect(seen.map((event) => [event.type, event.data])).toEqual([["order", '{"version":\n2}'], ["menu", "x"]]);
      expect(seen[0]?.id).toBe("a-1");
    }
  });

  it("waits longer each time, up to half a minute", () => {
    expect(backoffMs(0, () => 1)).toBe(1_000);
    expect(backoffMs(3, () => 0)).toBe(4_000);
    expect(backoffMs(50, () => 1)).toBe(30_000);
  });
});
