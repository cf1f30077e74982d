import type { Method, OrderBody } from "@yizhimai/api";
import { mobileE164 } from "@yizhimai/kit";
import type { Entered } from "../api/benefits";

/**
 * The checkout as typed so far. Its key lives until an order was placed with it: whatever is sent
 * after a double tap, a reload, a refusal or a lost answer, changed or not, goes under the same key
 * and can never become a second order.
 */
export interface Draft {
  key: string;
  method: Method;
  wanted_at: string | null;
  name: string;
  phone: string;
  remark: string;
  utensils: boolean;
  /** How it is paid; the shop's first method until one is chosen. */
  payment_method_id?: string;
  /** Kind of that method, once a rule asked for it. */
  payment_kind?: string;
  /** A code that is typed and not applied yet. */
  typed_code?: string;
  /** Codes, coupons and points. */
  entered?: Entered;
  /** Bodies sent under the key, the latest last: the order may have been made of any of them. */
  sent?: OrderBody[];
  /** When the latest of them went out, while it has no answer. */
  unanswered_since?: string;
}

export const MAX_NAME = 60;
export const MAX_REMARK = 500;
export const MAX_NOTE = 200;

/** Within this time a reload retries by itself; later the customer decides. */
const ASK_AGAIN_MS = 5 * 60_000;

/** Prefilled in the next checkout. */
export type Kept = Pick<Draft, "name" | "phone" | "payment_method_id">;

export function newDraft(key: string, { name, phone, payment_method_id }: Kept): Draft {
  return { key, method: "pickup", wanted_at: null, name, phone, remark: "", utensils: false, payment_method_id };
}

/** A time missed by more than this was of an earlier visit. */
const EARLIER_VISIT_MS = 60 * 60_000;

/** The draft of an earlier visit: what was typed stays, a time that is long over does not. */
export function resumed(draft: Draft, now: number): Draft {
  const over = draft.wanted_at !== null && now - Date.parse(draft.wanted_at) > EARLIER_VISIT_MS;
  return over && !draft.unanswered_since ? { ...draft, wanted_at: null } : draft;
}

const MAX_SENT = 5;

export function sending(draft: Draft, body: OrderBody, at: string): Draft {
  const text = JSON.stringify(body);
  const others = (draft.sent ?? []).filter((other) => JSON.stringify(other) !== text);
  return { ...draft, sent: [...others, body].slice(-MAX_SENT), unanswered_since: at };
}

/** No longer waiting for an answer; the key stays, for no order is known to have it. */
export function settled(draft: Draft): Draft {
  const { unanswered_since: _, ...rest } = draft;
  return rest;
}

/** What is typed, for another order than the one that has the draft's key. */
export function renewed(draft: Draft, key: string): Draft {
  const { sent: _, ...rest } = settled(draft);
  return { ...rest, key };
}

export function asksAgainByItself(draft: Draft, now: number): boolean {
  return draft.unanswered_since !== undefined && now - Date.parse(draft.unanswered_since) < ASK_AGAIN_MS;
}

const segmenter = "Segmenter" in Intl ? new Intl.Segmenter("zh-TW") : undefined;

/** Characters as people count them: a family emoji is one. */
export function graphemes(text: string): number {
  return segmenter ? Array.from(segmenter.segment(text)).length : Array.from(text).length;
}

export interface FieldRefusal {
  field: string;
  reason: string;
  params?: Record<string, string>;
}

/** Everything that can be validated without the server. */
export function draftRefusals(draft: Draft): FieldRefusal[] {
  const refusals: FieldRefusal[] = [];
  const name = draft.name.trim();
  if (name === "") refusals.push({ field: "contact.name", reason: "VALIDATION_FAILED" });
  else if (graphemes(name) > MAX_NAME) refusals.push({ field: "contact.name", reason: "TEXT_TOO_LONG", params: { max: String(MAX_NAME) } });
  if (!mobileE164(draft.phone)) refusals.push({ field: "contact.phone", reason: "PHONE_INVALID" });
  if (graphemes(draft.remark) > MAX_REMARK) refusals.push({ field: "remark", reason: "TEXT_TOO_LONG", params: { max: String(MAX_REMARK) } });
  return refusals;
}
