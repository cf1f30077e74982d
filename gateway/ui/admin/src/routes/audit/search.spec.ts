import { describe, expect, it } from "vitest";

import { parseAuditSearch } from "./search";

describe("parseAuditSearch", () => {
  it("reads the filters of an address", () => {
    const search = { action: "catalog.UpdateProduct", from: "2026-11-01", until: "2026-11-30", pages: ["120"] };
    expect(parseAuditSearch(search)).toEqual(search);
  });

  it("leaves out what it cannot mean", () => {
    expect(parseAuditSearch({ action: 7, from: "yesterday", branch_id: "", pages: "120", more: "x" })).toEqual({});
  });
});
