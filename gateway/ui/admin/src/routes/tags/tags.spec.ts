import { describe, expect, it } from "vitest";

import type { Tag } from "../../data/types";
import { filterOf, grouped, hasCondition, noFilter, phonesIn } from "./tags";

const tag = (name: string, part: Partial<Tag> = {}): Tag => ({
  tag_id: name, version: 1, name, colour: "#3366cc", group_name: "", description: "", members: 0, archived: false, merged_into: null, former_names: [],
  created_at: "2026-01-01T00:00:00Z", rule: null, rule_paused: false, rule_applied_at: null, ...part,
});

describe("tags in groups", () => {
  const tags = [tag("學生"), tag("常客", { group_name: "往來" }), tag("舊客", { group_name: "往來", archived: true }), tag("Vegan", { group_name: "飲食", former_names: ["素食"] })];

  it("stand by group, those without one last, archived ones only when asked for", () => {
    expect(grouped(tags, "", false).map(({ name, tags: found }) => [name, found.map((one) => one.name)])).toEqual([["往來", ["常客"]], ["飲食", ["Vegan"]], ["", ["學生"]]]);
    expect(grouped(tags, "", true)[0]?.tags.map((one) => one.name)).toEqual(["常客", "舊客"]);
  });

  it("are found in any case and width, and by a name they had", () => {
    expect(grouped(tags, "ＶＥＧ", false)[0]?.tags).toHaveLength(1);
    expect(grouped(tags, "素食", false)[0]?.tags[0]?.name).toBe("Vegan");
  });
});

it("takes phones out of what was pasted, each once", () => {
  expect(phonesIn("0912-345-678\n0912-345-678，0922 111 222\n\n")).toEqual(["0912-345-678", "0922 111 222"]);
});

describe("members by what is known of them", () => {
  it("need one condition at least", () => {
    expect(hasCondition(noFilter)).toBe(false);
    expect(hasCondition({ ...noFilter, quiet_days: 90 })).toBe(true);
  });

  it("are counted in days back from now", () => {
    const filter = filterOf({ ...noFilter, min_orders: 3, quiet_days: 90 }, Date.parse("2026-12-01T00:00:00Z"));
    expect(filter).toMatchObject({ min_orders: 3, last_order_before: "2026-09-02T00:00:00.000Z", joined_from: null });
  });
});
