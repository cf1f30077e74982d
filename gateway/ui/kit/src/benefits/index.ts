/** Sentences about benefits of orders: what a rule did, and why one did nothing. Apart from the kit's entry, so that only screens that show them load their words. */
import { formatAmount } from "../money";
import { reasonSentence, type Refusal } from "../reasons";
import { createTranslator } from "../translator";
import { explanationTexts, wordTexts } from "./texts";
import { moneyWords, percentWords, type Words } from "./words";

export { moneyWords, percentWords, type Words } from "./words";

/** What the crate `benefit-rules` says of a change of an amount: a kind and its numbers. */
export interface ExplanationLike {
  kind: string;
  params: Record<string, string>;
}

const moneyParams = new Set(["amount", "price", "off"]);

function inWords({ kind, params }: ExplanationLike, words: Words): Record<string, string> {
  const said = (name: string, value: string) => {
    const isMoney = moneyParams.has(name) || (name === "at" && kind.startsWith("spend"));
    return isMoney ? moneyWords(Number(value), words) : value;
  };
  const all = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, said(name, value)]));
  return params.percent_bp === undefined ? all : { ...all, percent: percentWords(Number(params.percent_bp), words) };
}

function isKind(kind: string): kind is keyof typeof explanationTexts {
  return Object.hasOwn(explanationTexts, kind);
}

/** 「任選 3 件 99 元：折 6 元」; empty for a kind not known yet, whose name then has to do. */
export function explanationSentence(explanation: ExplanationLike, words: Words): string {
  const { kind, params } = explanation;
  if (!isKind(kind)) return "";
  const t = createTranslator(words.locale);
  const said = inWords(explanation, words);
  const fillIn = t as (text: readonly [string, string], params: Record<string, string>) => string;
  let what = fillIn(explanationTexts[kind], said);
  if (Number(params.times) > 1 && kind !== "points") what = t(wordTexts.times, { what, times: params.times ?? "" });
  if (Number(params.off) > 0) what = t(wordTexts.off, { what, off: said.off ?? "" });
  return params.limited === "true" ? t(wordTexts.limited, { what }) : what;
}

const amounts = ["gap", "saving", "total", "balance"] as const;

/** Why a benefit did nothing, with the gap where it can be mended: 「還沒達到消費門檻，再消費 NT$30 即可使用。」 */
export function rejectionSentence({ reason, params = {} }: Refusal, { locale }: Pick<Words, "locale">): string {
  const shown = amounts.flatMap((name) => (params[name] === undefined ? [] : [[name, formatAmount(Number(params[name]))]]));
  return reasonSentence({ reason, params: { ...params, ...Object.fromEntries(shown) } }, locale);
}
