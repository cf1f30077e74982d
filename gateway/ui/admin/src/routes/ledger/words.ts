import { formatMoney, type Text } from "@yizhimai/kit";

import type { LedgerAccount, LedgerBalance, LedgerPart, LedgerTransaction } from "../../data/types";
import type { T } from "../../i18n";
import { common } from "../../i18n/common";
import { texts } from "./texts";

/** What happened, in a sentence. */
export function happened(t: T, { kind, attempt }: LedgerTransaction): string {
  const method = attempt?.method_name;
  if (kind === "capture" && method) return t(texts.captured, { method });
  if (kind === "refund" && method) return t(texts.refunded, { method });
  return t(texts.kind[kind]);
}

/** Which attempt or refund it was; empty where there is nothing more to say. */
export function detailOf(t: T, { attempt, refund }: LedgerTransaction): string {
  const parts: string[] = [];
  if (refund) parts.push(refund.cause === "staff" ? refund.reason : t(texts.cause[refund.cause]));
  if (attempt && attempt.number > 1) parts.push(t(texts.attempt, { number: attempt.number }));
  if (attempt?.provider_reference) parts.push(t(texts.reference, { reference: attempt.provider_reference }));
  return parts.filter(Boolean).join(" · ");
}

/** 「銷售收入 NT$157、營業稅 NT$8 → 顧客」: amounts only on a side of several accounts. */
export function route(t: T, { sources, targets, currency }: LedgerTransaction): string {
  const side = (parts: readonly LedgerPart[]) =>
    parts
      .map(({ account, amount }) => (parts.length > 1 ? `${t(texts.account[account])} ${formatMoney(amount, currency)}` : t(texts.account[account])))
      .join(t(common.listComma));
  return t(texts.route, { from: side(sources), to: side(targets) });
}

/** Accounts that grow by credits: what was sold, and the tax in it. */
const credited: ReadonlySet<LedgerAccount> = new Set(["revenue", "delivery", "tax"]);

/** A balance as people read it: what was sold is above zero, and what customers have is said in words. */
export function shownBalance({ account, amount }: LedgerBalance): { amount: number; meaning: Text } {
  if (account === "customer") return { amount: Math.abs(amount), meaning: amount > 0 ? texts.customerOwes : texts.customerAhead };
  return { amount: credited.has(account) ? -amount : amount, meaning: texts.meaning[account] };
}
