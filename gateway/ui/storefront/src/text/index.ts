import { signal } from "@preact/signals";
import { createTranslator, reasonSentence, type Locale, type Refusal, type Translate } from "@yizhimai/kit";
import { load, save } from "../lib/storage";

const LOCALE_KEY = "yzm:locale";
const translators: Readonly<Record<Locale, Translate>> = { "zh-TW": createTranslator("zh-TW"), en: createTranslator("en") };

export const locale = signal<Locale>(load<Locale>(LOCALE_KEY) === "en" ? "en" : "zh-TW");

/** Puts a text into the customer's language; what calls it re-renders when the language changes. */
export const t: Translate = (text, ...params) => translators[locale.value](text, ...params);

export function why(refusal: Refusal): string {
  return reasonSentence(refusal, locale.value);
}

/** Writes the language on the page, so that fonts, screen readers and hyphenation follow. */
export function applyLocale(): void {
  document.documentElement.lang = locale.value === "en" ? "en" : "zh-Hant-TW";
}

export function toggleLocale(): void {
  locale.value = locale.value === "en" ? "zh-TW" : "en";
  save(LOCALE_KEY, locale.value);
}
