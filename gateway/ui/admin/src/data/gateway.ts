import { createApi, newIdempotencyKey, ProblemError, problemFrom, unwrap, type AnswerOf, type BodyOf, type Operation, type Parameters, type PathOf, type Verb } from "@yizhimai/api";

/** What a call may carry besides its address. */
interface CallOptions<O> {
  path?: Parameters<O, "path">;
  query?: Parameters<O, "query">;
  /** A file is sent as it is: the server detects the encoding of its text. */
  body?: BodyOf<O> | (BodyOf<O> extends string ? Blob : never);
  /** Sent as `Idempotency-Key`; repeat with the same key when no answer came. */
  key?: string;
  /** The answer is a file. */
  parseAs?: "blob";
}

interface Raw {
  data?: unknown;
  error?: unknown;
  response: Response;
}

function cookie(name: string): string {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

const client = createApi({
  headers: (method): Record<string, string> => (method === "GET" ? {} : { "X-CSRF-Token": cookie("yzm_csrf") }),
});

let onSignedOut: () => void = () => undefined;

/** Called once by the shell: what to do when the session is over. */
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

const withoutSession = new Set(["/api/admin/sign-in", "/api/admin/me"]);
const lostSession = new Set(["UNAUTHENTICATED", "SESSION_EXPIRED"]);

let askPassword: () => Promise<boolean> = () => Promise.resolve(false);
let confirmation: Promise<boolean> | undefined;

/** Called by the frame: asks for the password until it is confirmed (true) or the person leaves it (false). */
export function whenPasswordNeeded(ask: () => Promise<boolean>): void {
  askPassword = ask;
}

/** One question for all requests that wait for the password. */
function confirmPassword(): Promise<boolean> {
  confirmation ??= askPassword().finally(() => {
    confirmation = undefined;
  });
  return confirmation;
}

/**
 * Calls the gateway; every refusal rejects with a {@link ProblemError}. A lost session leads to sign-in. What needs the
 * password again asks for it and is repeated with the same key.
 */
export async function call<V extends Verb, P extends PathOf<V>>(
  verb: V,
  path: P,
  options: CallOptions<Operation<V, P>> = {},
): Promise<AnswerOf<Operation<V, P>>> {
  const isFile = options.body instanceof Blob;
  const headers: Record<string, string> = {};
  if (options.key) headers["Idempotency-Key"] = options.key;
  if (isFile) headers["Content-Type"] = "text/csv";
  const send = client[verb] as unknown as (path: string, init: unknown) => Promise<Raw>;
  try {
    return (await unwrap(
      send(path, {
        params: { path: options.path, query: options.query },
        headers,
        ...(options.body === undefined ? {} : { body: options.body }),
        ...(options.parseAs ? { parseAs: options.parseAs } : {}),
        ...(isFile ? { bodySerializer: (body: Blob) => body } : {}),
      }),
    )) as AnswerOf<Operation<V, P>>;
  } catch (thrown) {
    const problem = problemFrom(thrown);
    if (problem.reason === "REAUTH_REQUIRED" && (await confirmPassword())) return call(verb, path, options);
    if (lostSession.has(problem.reason) && !withoutSession.has(path)) onSignedOut();
    throw thrown;
  }
}

export { newIdempotencyKey, ProblemError, problemFrom };
