export type Locale = "zh-TW" | "en";

/** Names of the `{placeholders}` in a text. */
export type Params<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Params<Rest>
  : never;

type Arguments<Text extends string> = [Params<Text>] extends [never]
  ? []
  : [params: Record<Params<Text>, string | number>];

export interface Translator<Texts extends Record<string, string>> {
  <Key extends keyof Texts & string>(key: Key, ...params: Arguments<Texts[Key]>): string;
  readonly locale: Locale;
}

/** Fills `{name}`; `{count|cup|cups}` prints the word that suits the number. */
export function fill(text: string, params: Record<string, string | number>): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/gu, (whole, name: string, one?: string, many?: string) => {
    const value = params[name];
    if (one === undefined) return value === undefined ? whole : String(value);
    return Number(value) === 1 ? one : (many ?? one);
  });
}

/**
 * Makes the function that puts keys into words. Keys and placeholders come from the 繁中 texts;
 * an English text left out does not typecheck, and should one be missing at run time 繁中 stands in.
 */
export function createTranslator<const Texts extends Record<string, string>>(
  zhTW: Texts,
  en: Readonly<Record<keyof Texts, string>>,
): (locale: Locale) => Translator<Texts> {
  return (locale) => {
    const texts: Readonly<Record<string, string>> = locale === "en" ? en : zhTW;
    const translate = (key: keyof Texts & string, params: Record<string, string | number> = {}) =>
      fill(texts[key] ?? zhTW[key] ?? key, params);
    return Object.assign(translate, { locale }) as Translator<Texts>;
  };
}
