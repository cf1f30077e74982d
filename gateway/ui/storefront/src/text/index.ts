import { signal } from "@preact/signals";
import { createTranslator, reasonSentence, type Locale, type Refusal } from "@yizhimai/kit";
import { later } from "../lib/later";
import { load, save } from "../lib/storage";
import { zhTW } from "./zh-TW";

const chinese = createTranslator(zhTW, zhTW)("zh-TW");
/** In a file of its own: most customers never need it. */
const english = later(async () => createTranslator(zhTW, (await import("./en")).en)("en"));
const LOCALE_KEY = "yzm:locale";

export const locale = signal<Locale>("zh-TW");
if (load<Locale>(LOCALE_KEY) === "en") void speak("en");

/** Changes the language as soon as its texts are there; without them it stays as it is. */
async function speak(wanted: Locale): Promise<void> {
  if (wanted === "en") await english.fetch();
  if (wanted === "zh-TW" || english.part.peek()) locale.value = wanted;
}

/** Puts a key into the customer's language; what calls it re-renders when the language changes. */
export const t = ((key: never, ...params: never[]) => {
  const translate = (locale.value === "en" && english.part.peek()) || chinese;
  return (translate as (...all: never[]) => string)(key, ...params);
}) as typeof chinese;

export function why(refusal: Refusal): string {
  return reasonSentence(refusal, locale.value);
}

/** Writes the language on the page, so that fonts, screen readers and hyphenation follow. */
export function applyLocale(): void {
  document.documentElement.lang = locale.value === "en" ? "en" : "zh-Hant-TW";
}

export function toggleLocale(): void {
  const wanted = locale.value === "en" ? "zh-TW" : "en";
  save(LOCALE_KEY, wanted);
  void speak(wanted);
}
