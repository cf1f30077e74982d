import { ProblemError, unwrap, type AnswerOf, type BodyOf, type components, type Operation, type Parameters, type PathOf, type Verb } from "@yizhimai/api";
import { api } from "../lib/api";

type S = components["schemas"];

export type ConsentKind = S["ConsentKind"];
export type MyAccount = S["MyAccount"];
/** How customers can sign in to a brand, and who is signed in. */
export type SignInOptions = S["GetSignInOptionsResponse"];

type Base = "/api/members/{brand_id}";
type Below<P> = P extends `${Base}/${infer Rest}` ? Rest : never;
/** Addresses below a brand's members that know the verb. */
type MembersPath<V extends Verb> = Below<PathOf<V>>;
type Called<V extends Verb, P extends MembersPath<V>> = Operation<V, `${Base}/${P}` & PathOf<V>>;

interface Call<O> {
  path?: Omit<Parameters<O, "path">, "brand_id">;
  query?: Parameters<O, "query">;
  body?: BodyOf<O>;
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

type Send = (path: string, init: unknown) => Promise<{ data?: unknown; error?: unknown; response: Response }>;

/**
 * Calls an endpoint of the brand's members. A change needs the token of the brand's organisation, whose id the
 * page does not know: the device's tokens are tried, and a request with another one changes nothing.
 */
export async function callMembers<V extends Verb, P extends MembersPath<V>>(
  brand: string, verb: V, path: P, { path: names, query, body, key }: Call<Called<V, P>> = {},
): Promise<AnswerOf<Called<V, P>>> {
  const found = verb === "GET" ? [] : tokens();
  const tried = found.length > 0 ? found : [""];
  let refused: ProblemError | undefined;
  for (const token of tried) {
    const headers = { ...(key ? { "idempotency-key": key } : {}), ...(token ? { "x-csrf-token": token } : {}) };
    try {
      const request = (api[verb] as unknown as Send)(`/api/members/{brand_id}/${path}`, { params: { path: { brand_id: brand, ...names }, query }, headers, body });
      return (await unwrap(request)) as AnswerOf<Called<V, P>>;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      refused = error;
      if (error.problem.params.check !== "csrf") break;
    }
  }
  throw refused ?? new Error("no request was sent");
}
