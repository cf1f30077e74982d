import { createTranslator, reasonSentence, type Locale, type Refusal, type Translator } from "@yizhimai/kit";
import { createContext, use, useMemo, useState, type ReactNode } from "react";

import { common } from "./common";

export type T = Translator;

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
      t: createTranslator(locale),
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

/** The function that puts texts into the chosen language. */
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
  const { state = "", ...others } = params;
  return { reason, params: isOrderState(state) ? { ...others, state: t(common.orderState[state]) } : others };
}

function isOrderState(state: string): state is keyof typeof common.orderState {
  return Object.hasOwn(common.orderState, state);
}
