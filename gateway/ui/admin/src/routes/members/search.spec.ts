import { describe, expect, it } from "vitest";

import { filterOf, isFiltered, parseMemberSearch } from "./search";

describe("the address of the list", () => {
  it("keeps what it knows and leaves out the rest, phones and names above all", () => {
    expect(parseMemberSearch({ states: ["blocked", "gone"], sort: "spent", line: "yes", birth: 13, quiet: 90, from: "2026-06-01", until: "x", text: "0912345678" })).toEqual({
      states: ["blocked"], sort: "spent", line: "yes", quiet: 90, from: "2026-06-01",
    });
  });
});

const TIER = "0199c0de-0000-7000-8000-000000000001";

describe("the filter that is sent", () => {
  const now = Date.parse("2026-12-01T10:00:00Z");

  it("takes dates by the clock in Taipei, the last day included", () => {
    expect(filterOf({ from: "2026-06-01", until: "2026-06-30" }, "", "Asia/Taipei", now)).toMatchObject({ joined_from: "2026-05-31T16:00:00.000Z", joined_until: "2026-06-30T16:00:00.000Z" });
  });

  it("asks for members who have been quiet", () => {
    expect(filterOf({ quiet: 90, line: "no" }, " 王 ", "Asia/Taipei", now)).toMatchObject({ text: "王", last_order_until: "2026-09-02T00:00:00.000Z", has_line: false });
  });

  it("asks for tiers and tags, and knows them by their ids alone", () => {
    const search = parseMemberSearch({ tiers: [TIER, "gold"], tags: "regular" });
    expect(search).toEqual({ tiers: [TIER] });
    expect(filterOf(search, "", "Asia/Taipei", now)).toMatchObject({ tier_ids: [TIER] });
    expect(filterOf({ tags: [TIER] }, "", "Asia/Taipei", now)).toMatchObject({ tag_ids: [TIER] });
    expect(isFiltered(search, "")).toBe(true);
  });

  it("leaves nobody out where only the order of the list is chosen", () => {
    expect(isFiltered({ sort: "spent", pages: ["t"] }, "")).toBe(false);
    expect(isFiltered({}, "王")).toBe(true);
    expect(isFiltered({ birth: 6 }, "")).toBe(true);
  });
});
