import { signal } from "@preact/signals";
import { createTranslator, reasonSentence, type Locale, type Refusal } from "@yizhimai/kit";
import { load, save } from "../lib/storage";
import { en } from "./en";
import { zhTW } from "./zh-TW";

const make = createTranslator(zhTW, en);
const translators = { "zh-TW": make("zh-TW"), en: make("en") };
const LOCALE_KEY = "yzm:locale";

export const locale = signal<Locale>(load<Locale>(LOCALE_KEY) === "en" ? "en" : "zh-TW");

/** Puts a key into the customer's language; what calls it re-renders when the language changes. */
export const t = ((key: never, ...params: never[]) => (translators[locale.value] as (...all: never[]) => string)(key, ...params)) as (typeof translators)["zh-TW"];

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
