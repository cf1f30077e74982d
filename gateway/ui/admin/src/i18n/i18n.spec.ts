import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createTranslator, reasonSentence } from "@yizhimai/kit";
import { describe, expect, it } from "vitest";

import { en } from "./en";
import { withStateInWords } from "./index";
import { zhTW } from "./zh-TW";

const source = join(import.meta.dirname, "..");
const code = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/u.test(path) && !path.startsWith("i18n") && !path.endsWith(".spec.ts"))
  .map((path) => readFileSync(join(source, path), "utf8"))
  .join("\n");

// `order.state.${state}` in the code uses every key that begins so.
const prefixes = Array.from(code.matchAll(/`([a-z]\w*(?:\.\w+)*\.)\$\{/giu), (match) => match[1] ?? "");

describe("texts", () => {
  it("are all used; remove a key that is not", () => {
    const unused = Object.keys(zhTW).filter((key) => !code.includes(`"${key}"`) && !prefixes.some((prefix) => key.startsWith(prefix)));
    expect(unused).toEqual([]);
  });

  it("name the same placeholders in both languages", () => {
    const names = (text: string) => [...new Set(Array.from(text.matchAll(/\{(\w+)/gu), (match) => match[1]))].toSorted();
    for (const key of Object.keys(zhTW) as (keyof typeof zhTW)[]) expect(names(en[key]), key).toEqual(names(zhTW[key]));
  });
});

describe("withStateInWords", () => {
  const t = createTranslator(zhTW, en)("zh-TW");
  const sentence = (params: Record<string, string>) => reasonSentence(withStateInWords({ reason: "ILLEGAL_TRANSITION", params }, t));

  it("calls the state of an order what the board calls it", () => {
    expect(sentence({ state: "rejected", to: "accepted" })).toBe("目前狀態是「已拒單」，不能這樣變更。");
  });

  it("never shows a state that has no word", () => {
    expect(sentence({ state: "on_the_moon" })).toBe("目前狀態不能這樣變更。");
  });
});
