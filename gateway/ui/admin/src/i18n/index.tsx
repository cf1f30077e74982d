import { createTranslator, reasonSentence, type Locale, type Params, type Refusal, type Translator } from "@yizhimai/kit";
import { createContext, use, useMemo, useState, type ReactNode } from "react";

import { en } from "./en";
import { zhTW, type Texts } from "./zh-TW";

const translator = createTranslator(zhTW, en);

export type T = Translator<Texts>;
/** A text without placeholders, so that it can be named in a table. */
export type Key = { [K in keyof Texts]: [Params<Texts[K]>] extends [never] ? K : never }[keyof Texts];

interface LocaleState {
  locale: Locale;
  setLocale: (locale: Locale) => void;
  t: T;
}

const LocaleContext = createContext<LocaleState | undefined>(undefined);
const STORED = "yzm.locale";

/** Gives the language to everything below; kept on the device. */
export function LocaleProvider({ children }: { children: ReactNode }) {
  const [locale, store] = useState<Locale>(() => (localStorage.getItem(STORED) === "en" ? "en" : "zh-TW"));
  const state = useMemo<LocaleState>(
    () => ({
      locale,
      t: translator(locale),
      setLocale: (next) => {
        localStorage.setItem(STORED, next);
        document.documentElement.lang = next === "en" ? "en" : "zh-Hant-TW";
        store(next);
      },
    }),
    [locale],
  );
  return <LocaleContext value={state}>{children}</LocaleContext>;
}

function useLocaleState(): LocaleState {
  const state = use(LocaleContext);
  if (!state) throw new Error("LocaleProvider is missing above this component");
  return state;
}

/** The function that puts a key into words. */
export function useT(): T {
  return useLocaleState().t;
}

/** The language and how to change it. */
export function useLocale(): Pick<LocaleState, "locale" | "setLocale"> {
  return useLocaleState();
}

/** The sentence of a refusal in the language chosen. */
export function useReason(): (refusal: Refusal) => string {
  const { locale, t } = useLocaleState();
  return (refusal) => reasonSentence(withStateInWords(refusal, t), locale);
}

/** A refusal with the state of an order as the board calls it; one without a word of ours is left out. */
export function withStateInWords({ reason, params = {} }: Refusal, t: T): Refusal {
  const { state, ...others } = params;
  const key = `order.state.${state ?? ""}`;
  return { reason, params: isKey(key) ? { ...others, state: t(key) } : others };
}

function isKey(key: string): key is Key {
  return Object.hasOwn(zhTW, key);
}
