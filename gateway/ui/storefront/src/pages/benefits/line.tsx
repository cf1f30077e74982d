import type { PricedLine } from "@yizhimai/api";
import { formatMoney } from "@yizhimai/kit";
import { explanationSentence } from "@yizhimai/kit/benefits";
import type { Explained } from "../../api/benefits";
import { apartFromAmount } from "../../domain/benefits";
import { locale, t } from "../../text";
import { texts } from "./texts";

/** What a rule did, without its amount; the rule's name where there is no sentence. */
export function explained({ name, kind, params }: Omit<Explained, "amount">, currency: string): string {
  const sentence = explanationSentence(apartFromAmount({ kind, params }), { locale: locale.value, currency });
  return sentence && name ? t(texts.bracketed, { what: name, more: sentence }) : name || sentence;
}

/** Discounts of a line, each with its amount of this line. */
export function LineBenefits({ line, currency }: { line: PricedLine; currency: string }) {
  return (
    <>
      {line.adjustments.map((adjustment, number) => (
        <span class="adjustment" key={number}>
          {explained(adjustment, currency)} <span class="figure">{formatMoney(adjustment.amount, currency)}</span>
        </span>
      ))}
      {line.offer_gone && <span class="field-error">{t(texts.offerGone)}</span>}
    </>
  );
}
