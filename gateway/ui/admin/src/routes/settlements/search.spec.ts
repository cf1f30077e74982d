import { describe, expect, it } from "vitest";

import { parseSettlementSearch, parseSettlementsSearch } from "./search";

describe("parseSettlementsSearch", () => {
  it("keeps what it can mean", () => {
    const search = { tab: "unsettled", account: "a", overdue: true, pages: ["p"] };
    expect(parseSettlementsSearch(search)).toEqual(search);
  });

  it("leaves out what it cannot", () => {
    expect(parseSettlementsSearch({ tab: "moon", account: 7, overdue: "yes", pages: [] })).toEqual({});
  });
});

describe("parseSettlementSearch", () => {
  it("keeps what it can mean", () => {
    const search = { outcome: "difference", cause: "not_found", undecided: true, pages: ["p"] };
    expect(parseSettlementSearch(search)).toEqual(search);
  });

  it("leaves out what it cannot", () => {
    expect(parseSettlementSearch({ outcome: "awaited", cause: "moon", undecided: 1, pages: "p" })).toEqual({});
  });
});
