import type { Problem } from "@yizhimai/api";
import type { ConsentKind } from "../api/members";
import type { FieldRefusal } from "./draft";

/** Version of the notice that `pages/member/notice.tsx` shows; stored with each consent. */
export const TEXT_VERSION = "2026-12";

/** A consent as it is sent. */
export interface ConsentChoice {
  kind: ConsentKind;
  agreed: boolean;
  text_version: string;
}

export function consentChoices(kinds: readonly ConsentKind[], agreed: ReadonlySet<ConsentKind>): ConsentChoice[] {
  return kinds.map((kind) => ({ kind, agreed: agreed.has(kind), text_version: TEXT_VERSION }));
}

const CODE_DIGITS = 6;

/** The digits of a code however they were typed or pasted. */
export function codeDigits(typed: string): string {
  return typed.normalize("NFKC").replace(/\D/gu, "").slice(0, CODE_DIGITS);
}

export function isWholeCode(code: string): boolean {
  return code.length === CODE_DIGITS;
}

const refusedAt = (field: string, reason: string): Problem => ({ status: 422, reason, params: {}, fields: [{ field, reason }], members: {} });

/** What is refused before it is sent: a code with too few digits, and what is no mobile number. */
export const codeIncomplete = refusedAt("code", "OTP_INVALID");
export const phoneInvalid = refusedAt("phone", "PHONE_INVALID");

/** Refusals at a field and below it: `consents` has `consents[0].kind`. */
export function under(refusals: readonly FieldRefusal[], name: string): FieldRefusal[] {
  return refusals.filter(({ field }) => field === name || field.startsWith(`${name}[`) || field.startsWith(`${name}.`));
}

/** Refusals that are at none of the fields. */
export function elsewhere(refusals: readonly FieldRefusal[], names: readonly string[]): FieldRefusal[] {
  return refusals.filter((refusal) => !names.some((name) => under([refusal], name).length > 0));
}
