import { createTranslator } from "@yizhimai/kit";
import { expect, it } from "vitest";

import { faultsAt, ownFaults, placed, placeInRule } from "./faults";

const t = createTranslator("zh-TW");
const problem = (field: string, reason = "SETTING_RANGE") => ({ field, reason, params: {} });

it("finds the place in the rule, whatever it is a rule of", () => {
  expect(placeInRule("promotion.rule.effect.any_n.n")).toBe("effect.any_n.n");
  expect(placeInRule("rule.limits.per_order")).toBe("limits.per_order");
  expect(placeInRule("promotion.internal_name")).toBeUndefined();
});

it("parts problems by where they are shown", () => {
  const { faults, rest } = placed([problem("promo_code.rule.name"), problem("code", "CODE_TAKEN"), problem("elsewhere")], ["code"], ({ reason }) => reason, t);
  expect(faults).toEqual([{ place: "name", text: "SETTING_RANGE" }, { place: "beside.code", text: "CODE_TAKEN" }]);
  expect(rest.map(({ field }) => field)).toEqual(["elsewhere"]);
});

it("shows a fault at the field it lies in", () => {
  const at = faultsAt([{ place: "effect.bundle.slots[1].target", text: "選商品" }, { place: "effect.bundled", text: "no" }]);
  expect(at("effect.bundle")).toEqual(["選商品"]);
  expect(at("effect.bundle.slots[0]")).toEqual([]);
});

it("says what is wrong before anything is sent", () => {
  expect(ownFaults(["effect.order.thresholds[1].at", "conditions.ends_at"], t).map(({ text }) => text)).toEqual(["門檻要比上一階高", "結束要晚於開始"]);
});
