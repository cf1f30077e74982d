import { formatMoney } from "@yizhimai/kit";

import type { Branch, PaymentMethod } from "../../data/types";
import type { T } from "../../i18n";
import { common } from "../../i18n/common";
import { isOnline } from "./method";
import { texts } from "./texts";

/** What a provider's own word is called; the word itself where it has no other name. */
export function wordName(word: string, t: T): string {
  return Object.hasOwn(texts.word, word) ? t(texts.word[word as keyof typeof texts.word]) : word;
}

function amounts({ min_amount, max_amount }: PaymentMethod, currency: string, t: T): string {
  const min = formatMoney(min_amount, currency);
  if (max_amount === null || max_amount === undefined) return min_amount > 0 ? t(texts.from, { min }) : "";
  const max = formatMoney(max_amount, currency);
  return min_amount > 0 ? t(texts.between, { min, max }) : t(texts.upTo, { max });
}

function fee({ fee_basis_points, fee_fixed }: PaymentMethod, currency: string, t: T): string {
  const parts = [...(fee_basis_points ? [`${String(fee_basis_points / 100)}%`] : []), ...(fee_fixed ? [formatMoney(fee_fixed, currency)] : [])];
  return parts.length > 0 ? t(texts.feeOf, { fee: parts.join(" + ") }) : "";
}

/** What is special about a method, in one line: what holds for all is left out. */
export function summaryOf(method: PaymentMethod, branches: readonly Branch[], currency: string, t: T): string {
  const comma = t(common.listComma);
  const names = branches.filter((one) => method.branch_ids.includes(one.branch_id)).map((one) => one.name);
  const provider = method.provider ? t(texts.provider[method.provider]) : "";
  const word = method.provider_method && method.kind !== "card" ? wordName(method.provider_method, t) : "";
  const kind = t(texts.kind[method.kind]);
  return [
    ...(kind === method.name ? [] : [kind]),
    ...(isOnline(method.kind) && provider !== kind ? [[provider, word].filter((one) => one !== "" && one !== kind).join(" ")] : []),
    names.join(comma),
    method.methods.map((one) => t(common.method[one])).join(comma),
    method.channels.map((one) => t(common.channel[one])).join(comma),
    amounts(method, currency, t),
    method.deposit_percent ? t(texts.depositOf, { percent: method.deposit_percent }) : "",
    fee(method, currency, t),
  ]
    .filter(Boolean)
    .join(" · ");
}
