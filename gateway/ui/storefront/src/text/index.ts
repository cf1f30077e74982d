import { signal } from "@preact/signals";
import { createTranslator, type Locale, type Refusal, type Translate } from "@yizhimai/kit";
import { later } from "../lib/later";
import { load, save } from "../lib/storage";
import { common } from "./common";

const LOCALE_KEY = "yzm:locale";
const translators: Readonly<Record<Locale, Translate>> = { "zh-TW": createTranslator("zh-TW"), en: createTranslator("en") };

export const locale = signal<Locale>(load<Locale>(LOCALE_KEY) === "en" ? "en" : "zh-TW");

/** Puts a text into the customer's language; what calls it re-renders when the language changes. */
export const t: Translate = (text, ...params) => translators[locale.value](text, ...params);

/** Sentences for all refusals: more words than the rest of the menu, and seldom needed before it is shown. */
export const reasons = later(() => import("@yizhimai/kit/reasons"));

/** The refusal in words; in general ones until its own are loaded. */
export function why(refusal: Refusal): string {
  const words = reasons.part.value;
  if (words) return words.reasonSentence(refusal, locale.value);
  queueMicrotask(() => void reasons.fetch());
  return t(common.appNotDone);
}

/** Writes the language on the page, so that fonts, screen readers and hyphenation follow. */
export function applyLocale(): void {
  document.documentElement.lang = locale.value === "en" ? "en" : "zh-Hant-TW";
}

export function toggleLocale(): void {
  locale.value = locale.value === "en" ? "zh-TW" : "en";
  save(LOCALE_KEY, locale.value);
}
