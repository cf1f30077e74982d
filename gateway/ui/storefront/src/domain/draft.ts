import type { Method, OrderBody } from "@yizhimai/api";
import { mobileE164 } from "@yizhimai/kit";

/**
 * The checkout as typed so far. Its key is made when the checkout opens and lives until the
 * server has answered; `sent` is exactly what was posted under it, so that a repetition after a
 * double tap, a reload or a lost line is the same wish and can never become a second order.
 */
export interface Draft {
  key: string;
  method: Method;
  wanted_at: string | null;
  name: string;
  phone: string;
  remark: string;
  utensils: boolean;
  sent?: { body: OrderBody; at: string };
}

export const MAX_NAME = 60;
export const MAX_REMARK = 500;
export const MAX_NOTE = 200;

/** Sent this recently, a reload asks again by itself; later the customer decides. */
const ASK_AGAIN_MS = 5 * 60_000;

export function newDraft(key: string, contact: { name: string; phone: string }): Draft {
  return { key, method: "pickup", wanted_at: null, name: contact.name, phone: contact.phone, remark: "", utensils: false };
}

/** A time missed by more than this was of an earlier visit. */
const EARLIER_VISIT_MS = 60 * 60_000;

/** The draft of an earlier visit as this one begins with it: what was typed stays, a time long over does not. */
export function resumed(draft: Draft, now: number): Draft {
  const over = draft.wanted_at !== null && now - Date.parse(draft.wanted_at) > EARLIER_VISIT_MS;
  return over && !draft.sent ? { ...draft, wanted_at: null } : draft;
}

/** After an answer the wish is settled: the next one goes under a key of its own. */
export function answered(draft: Draft, key: string): Draft {
  const { sent: _, ...rest } = draft;
  return { ...rest, key };
}

export function asksAgainByItself(draft: Draft, now: number): boolean {
  return draft.sent !== undefined && now - Date.parse(draft.sent.at) < ASK_AGAIN_MS;
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

/** What can be known to be wrong before asking the server, all at once. */
export function draftRefusals(draft: Draft): FieldRefusal[] {
  const refusals: FieldRefusal[] = [];
  const name = draft.name.trim();
  if (name === "") refusals.push({ field: "contact.name", reason: "VALIDATION_FAILED" });
  else if (graphemes(name) > MAX_NAME) refusals.push({ field: "contact.name", reason: "TEXT_TOO_LONG", params: { max: String(MAX_NAME) } });
  if (!mobileE164(draft.phone)) refusals.push({ field: "contact.phone", reason: "PHONE_INVALID" });
  if (graphemes(draft.remark) > MAX_REMARK) refusals.push({ field: "remark", reason: "TEXT_TOO_LONG", params: { max: String(MAX_REMARK) } });
  return refusals;
}
