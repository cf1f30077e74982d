export type Locale = "zh-TW" | "en";

/** A text in both languages, 繁中 first as shops in Taiwan speak. `{name}` is filled in. */
export type Text<ZhTW extends string = string> = readonly [zhTW: ZhTW, en: string];

/** Texts of a screen by name; those that are looked up by a value are a table of their own. */
export interface Texts {
  readonly [name: string]: Text | Texts;
}

/** Names of the `{placeholders}` in a text. */
type Params<ZhTW extends string> = ZhTW extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Params<Rest>
  : never;

type Arguments<ZhTW extends string> = [Params<ZhTW>] extends [never]
  ? []
  : [params: Record<Params<ZhTW>, string | number>];

export type Translate = <ZhTW extends string>(text: Text<ZhTW>, ...params: Arguments<ZhTW>) => string;

export interface Translator extends Translate {
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

/** Makes the function that puts texts into a language. Placeholders are those of the 繁中 text. */
export function createTranslator(locale: Locale): Translator {
  const translate = (text: Text, params: Record<string, string | number> = {}) => fill(text[locale === "en" ? 1 : 0], params);
  return Object.assign(translate, { locale });
}
