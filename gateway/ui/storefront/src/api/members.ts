import { ProblemError, problemOf } from "@yizhimai/api";

export type ConsentKind = "terms" | "marketing_line" | "marketing_sms" | "marketing_email";

export interface Consent {
  kind: ConsentKind;
  agreed: boolean;
}

/** A member's own data. */
export interface MyAccount {
  member_id: string;
  version: number;
  name: string;
  phone: string | null;
  email: string | null;
  birthday: string | null;
  /** When the birthday may be changed again; null for now. */
  birthday_changeable_at: string | null;
  gender: "male" | "female" | "other" | "not_given";
  has_line: boolean;
  consents: Consent[];
}

/** How customers can sign in to a brand, and who is signed in. */
export interface SignInOptions {
  /** With LINE. */
  line: boolean;
  /** The device signed in with LINE and has yet to confirm a phone. */
  line_name: string | null;
  me: MyAccount | null;
}

interface Call {
  method?: "POST" | "PUT" | "DELETE";
  body?: unknown;
  /** Idempotency key. */
  key?: string;
}

/** Tokens of sessions on this device: one for each organisation that it is signed in to. */
function tokens(): string[] {
  return Array.from(document.cookie.matchAll(/yzm_member_csrf_\w+=([^;]+)/gu), (match) => match[1] ?? "");
}

/** Whether somebody may be signed in; whether in this brand, the gateway knows. */
export function mayBeSignedIn(): boolean {
  return tokens().length > 0;
}

/**
 * Calls an endpoint of the brand's members. A change needs the token of the brand's organisation, whose id the
 * page does not know: the device's tokens are tried, and a request with another one changes nothing.
 */
export async function callMembers<T>(brand: string, path: string, { method, body, key }: Call = {}): Promise<T> {
  const headers: Record<string, string> = {
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(key ? { "idempotency-key": key } : {}),
  };
  const found = method ? tokens() : [];
  const tried = found.length > 0 ? found : [""];
  let refused: ProblemError | undefined;
  for (const token of tried) {
    const response = await fetch(`/api/members/${encodeURIComponent(brand)}/${path}`, {
      method: method ?? "GET", headers: { ...headers, ...(token ? { "x-csrf-token": token } : {}) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined);
    if (response.ok) return answer as T;
    refused = new ProblemError(problemOf(answer, response.status));
    if (refused.problem.params.check !== "csrf") break;
  }
  throw refused ?? new Error("no request was sent");
}
