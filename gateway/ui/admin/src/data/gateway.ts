import { createApi, newIdempotencyKey, ProblemError, problemFrom, unwrap } from "@yizhimai/api";

/** What a call may carry besides its path. */
export interface CallOptions {
  path?: Record<string, string>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  /** Sent as `Idempotency-Key`; repeat with the same key when no answer came. */
  key?: string;
  signal?: AbortSignal;
}

type Verb = "GET" | "POST" | "PUT" | "DELETE";

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

/** Calls the gateway; every refusal rejects with a {@link ProblemError}. A lost session leads to sign-in. */
export async function call<T>(verb: Verb, path: string, options: CallOptions = {}): Promise<T> {
  const text = typeof options.body === "string";
  const headers: Record<string, string> = {};
  if (options.key) headers["Idempotency-Key"] = options.key;
  if (text) headers["Content-Type"] = "text/csv";
  const send = client[verb] as unknown as (path: string, init: unknown) => Promise<Raw>;
  try {
    return (await unwrap(
      send(path, {
        params: { path: options.path, query: options.query },
        headers,
        ...(options.signal ? { signal: options.signal } : {}),
        ...(options.body === undefined ? {} : { body: options.body }),
        ...(text ? { bodySerializer: (body: string) => body } : {}),
      }).then((answer) => (answer.response.status === 204 ? { ...answer, data: {} } : answer)),
    )) as T;
  } catch (thrown) {
    const problem = problemFrom(thrown);
    if (problem.status === 401 && !withoutSession.has(path) && problem.reason !== "REAUTH_REQUIRED") onSignedOut();
    throw thrown;
  }
}

export { newIdempotencyKey, ProblemError, problemFrom };
