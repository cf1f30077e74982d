import createClient, { type Client } from "openapi-fetch";
import type { paths } from "./schema";
import { ProblemError, problemOf } from "./problem";

export interface ApiOptions {
  /** Origin of the gateway; the page's own origin when absent. */
  baseUrl?: string;
  /** Headers decided per call, such as the CSRF token. */
  headers?: (method: string) => Record<string, string>;
  fetch?: (request: Request) => Promise<Response>;
}

export type Api = Client<paths>;

/** The typed client of the gateway. Paths, bodies and answers come from its OpenAPI document. */
export function createApi(options: ApiOptions = {}): Api {
  const client = createClient<paths>({
    baseUrl: options.baseUrl ?? "",
    credentials: "same-origin",
    ...(options.fetch ? { fetch: options.fetch } : {}),
  });
  const { headers } = options;
  if (headers) {
    client.use({
      onRequest({ request }) {
        for (const [name, value] of Object.entries(headers(request.method))) request.headers.set(name, value);
        return request;
      },
    });
  }
  return client;
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's data, nothing being an empty one, or a {@link ProblemError}. A network failure rejects as `fetch` does. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await call;
  if (response.status === 204) return {} as NonNullable<T>;
  if (!response.ok || data === undefined || data === null) throw new ProblemError(problemOf(error, response.status));
  return data;
}
