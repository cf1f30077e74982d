import { fill, type Locale } from "../translator";
import { reasonTexts } from "./texts";

export type Reason = keyof typeof reasonTexts;

/** What a problem, one of its fields or a quote's warning have in common. */
export interface Refusal {
  reason: string;
  params?: Record<string, string>;
}

export const reasons = Object.keys(reasonTexts) as readonly Reason[];

function isReason(reason: string): reason is Reason {
  return Object.hasOwn(reasonTexts, reason);
}

/** The refusal in everyday words. A reason not known yet becomes a plain apology, never its code. */
export function reasonSentence(refusal: Refusal, locale: Locale = "zh-TW"): string {
  const texts = reasonTexts[isReason(refusal.reason) ? refusal.reason : "TEMPORARILY_UNAVAILABLE"];
  const params = refusal.params ?? {};
  const text = texts[locale === "en" ? 1 : 0].replace(/\[\[(.*?)\]\]/gu, (_, part: string) => {
    const names = Array.from(part.matchAll(/\{(\w+)/gu), (match) => match[1] ?? "");
    return names.every((name) => params[name] !== undefined && params[name] !== "") ? part : "";
  });
  const sentence = fill(text, params);
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
