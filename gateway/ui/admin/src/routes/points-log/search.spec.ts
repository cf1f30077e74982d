import { describe, expect, it } from "vitest";

import { askedFor, parsePointsLogSearch, sumPeriod } from "./search";

describe("the address of the log", () => {
  it("keeps what it knows and leaves out the rest", () => {
    const member = "01930000-0000-7000-8000-000000000001";
    expect(parsePointsLogSearch({ tab: "sums", member, order: "9105M", kind: "redeemed", from: "2026-06-01", until: "soon", state: "all", pages: ["t", 1], phone: "0912" })).toEqual({
      tab: "sums", member, order: "9105M", kind: "redeemed", from: "2026-06-01", state: "all", pages: ["t"],
    });
    expect(parsePointsLogSearch({ tab: "entries", kind: "gold", order: "9105" })).toEqual({});
    expect(parsePointsLogSearch({ tab: "coupons" })).toEqual({ tab: "coupons" });
  });
});

describe("what is searched for", () => {
  it("is an order's number, or a phone", () => {
    expect(askedFor(" 9105m ")).toEqual({ order: "9105M" });
    expect(askedFor("0912-345-678")).toEqual({ phone: "0912-345-678" });
    expect(askedFor("")).toEqual({});
  });
});

it("sums the last thirty days where nothing is asked for", () => {
  expect(sumPeriod({}, "2026-07-01")).toEqual({ from: "2026-06-02", until: "2026-07-01" });
});
