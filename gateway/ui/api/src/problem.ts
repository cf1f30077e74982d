/** A refusal as RFC 9457 carries it over the wire (docs/rules.md, Reasons). */
export interface FieldProblem {
  field: string;
  reason: string;
  params?: Record<string, string>;
}

/** What every failed call ends as, also those that never reached the server. */
export interface Problem {
  status: number;
  reason: string;
  params: Record<string, string>;
  fields: FieldProblem[];
  trace_id?: string;
  /** Further members of the document, such as the fresh `quote` of QUOTE_CHANGED. */
  members: Record<string, unknown>;
}

/** Thrown by {@link unwrap}; carries the parsed problem. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.reason);
    this.name = "ProblemError";
  }
}

/** Reason used when no answer arrived at all, so nobody knows whether the call took effect. */
export const NO_ANSWER = "NO_ANSWER";

const known = new Set(["type", "title", "status", "reason", "detail", "params", "fields", "trace_id"]);

function stringsOf(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, String(entry)]));
}

function fieldsOf(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (typeof entry !== "object" || entry === null) return [];
    const { field, reason, params } = entry as Record<string, unknown>;
    if (typeof field !== "string") return [];
    return [{ field, reason: typeof reason === "string" ? reason : "VALIDATION_FAILED", params: stringsOf(params) }];
  });
}

function reasonOfStatus(status: number): string {
  if (status === 401) return "UNAUTHENTICATED";
  if (status === 403) return "PERMISSION_DENIED";
  if (status === 404) return "NOT_FOUND";
  if (status === 413) return "FILE_TOO_LARGE";
  if (status === 429) return "RATE_LIMITED";
  if (status === 504) return "DEADLINE_EXCEEDED";
  return status >= 500 || status === 0 ? "TEMPORARILY_UNAVAILABLE" : "VALIDATION_FAILED";
}

/** Reads a problem out of any error body, also one that a proxy wrote. */
export function problemOf(body: unknown, status: number): Problem {
  const document = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const members = Object.fromEntries(Object.entries(document).filter(([key]) => !known.has(key)));
  return {
    status,
    reason: typeof document.reason === "string" ? document.reason : reasonOfStatus(status),
    params: stringsOf(document.params),
    fields: fieldsOf(document.fields),
    trace_id: typeof document.trace_id === "string" ? document.trace_id : undefined,
    members,
  };
}

/** Turns anything thrown into a problem; a failed fetch becomes {@link NO_ANSWER}. */
export function problemFrom(thrown: unknown): Problem {
  if (thrown instanceof ProblemError) return thrown.problem;
  return { status: 0, reason: NO_ANSWER, params: {}, fields: [], members: {} };
}

/** True when the server may or may not have done what was asked: repeat with the same key. */
export function isUnanswered(problem: Problem): boolean {
  return problem.status === 0 || problem.status >= 500;
}
