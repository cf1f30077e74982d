import { formatAmount, formatMoney } from "../money";
import { createTranslator, type Locale } from "../translator";
import { wordTexts } from "./texts";

/** Amounts are whole numbers of minor units of this currency, rates basis points off. */
export interface Words {
  locale: Locale;
  currency: string;
}

/** An amount as one says it in a sentence: 99 元, NT$99. */
export function moneyWords(amount: number, { locale, currency }: Words): string {
  return currency === "TWD" ? createTranslator(locale)(wordTexts.dollars, { amount: formatAmount(amount, currency) }) : formatMoney(amount, currency);
}

/** A rate off as shops in Taiwan say it: 1,000 bp are 9 折, 1,500 bp 85 折, 9,500 bp 0.5 折. */
export function percentWords(percentBp: number, { locale }: Pick<Words, "locale">): string {
  const paid = 10_000 - percentBp;
  const tenths = paid / 100;
  const isTwoDigits = paid % 100 === 0 && tenths % 10 !== 0 && tenths > 10;
  const fold = isTwoDigits ? tenths : paid / 1_000;
  return createTranslator(locale)(wordTexts.percentOff, { rate: locale === "en" ? percentBp / 100 : fold });
}
