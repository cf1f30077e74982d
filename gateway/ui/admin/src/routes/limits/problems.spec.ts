import { createTranslator } from "@yizhimai/kit";
import { expect, it } from "vitest";

import { placed } from "./problems";
import { draftsOf, everything, newRule } from "./rule";
import { targetGroups } from "./targets";

const t = createTranslator("zh-TW");

it("says each problem at the rule it belongs to, in words that say what would work", () => {
  const drafts = draftsOf([newRule(), newRule()]);
  const problem = (field: string, reason = "CAPACITY_INVALID") => ({ field, reason, params: {} });
  const fields = [problem("rules[1].window.minutes"), problem("rules[1].shares[0].percent"), problem("rules[0].target.name", "TEXT_TOO_LONG"), problem("rules[9].limit"), problem("note", "TEXT_TOO_LONG")];
  const { faults, rest } = placed(fields, drafts, (one) => one.reason, t, 20);
  const [first, second] = drafts;
  expect(faults.get(first?.key ?? "")).toEqual([{ place: "target.name", text: "TEXT_TOO_LONG" }]);
  expect(faults.get(second?.key ?? "")).toEqual([
    { place: "window.minutes", text: "請填 15 到 240 分鐘，而且是時段長度（20 分）的倍數" },
    { place: "shares", text: "各通路加起來不能超過 100%" },
  ]);
  expect(rest.map((one) => one.field)).toEqual(["rules[9].limit", "note"]);
});

it("lets a name that is nowhere be a station or a tag, and keeps what is no longer on the menu", () => {
  const gone = { ...everything, kind: "product" as const, id: "p", name: "停賣的蛋糕" };
  const values = targetGroups(undefined, gone, " 吧台 ", t).flatMap((group) => group.options.map((one) => one.value));
  expect(values).toEqual(["all:", "method:pickup", "method:delivery", "method:on_site", "product:p", "station:吧台", "tag:吧台"]);
  expect(targetGroups(undefined, everything, "外送", t)).toHaveLength(1);
});
