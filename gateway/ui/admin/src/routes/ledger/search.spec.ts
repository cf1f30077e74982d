import { describe, expect, it } from "vitest";

import { parseLedgerSearch, periodOf } from "./search";

describe("parseLedgerSearch", () => {
  it("keeps what it knows and leaves out the rest", () => {
    const asked = { tab: "transactions", branch: "b", at: "2026-06-12T10:36", from: "2026-06-01", until: "nonsense", account: "cash", tests: true, pages: ["t", 7] };
    expect(parseLedgerSearch(asked)).toEqual({ tab: "transactions", branch: "b", at: "2026-06-12T10:36", from: "2026-06-01", account: "cash", tests: true, pages: ["t"] });
    expect(parseLedgerSearch({ tab: "other", account: "gold", tests: "yes", at: "2026-06-12" })).toEqual({});
  });
});

describe("periodOf", () => {
  it("is the last thirty days where nothing is asked for", () => {
    expect(periodOf({}, "2026-07-01")).toEqual({ from: "2026-06-02", until: "2026-07-01" });
    expect(periodOf({ until: "2026-03-01" }, "2026-07-01")).toEqual({ from: "2026-01-31", until: "2026-03-01" });
    expect(periodOf({ from: "2026-01-01", until: "2026-01-31" }, "2026-07-01")).toEqual({ from: "2026-01-01", until: "2026-01-31" });
  });
});
