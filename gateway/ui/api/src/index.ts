/**
 * How the web apps talk to the gateway: the client made from its OpenAPI document, problems,
 * idempotency keys and the event stream. Knows no framework and no screen.
 */
export { createApi, unwrap, type Api, type ApiOptions } from "./client";
export { newIdempotencyKey } from "./idempotency";
export {
  NO_ANSWER,
  ProblemError,
  isUnanswered,
  problemFrom,
  problemOf,
  type FieldProblem,
  type Problem,
} from "./problem";
export { listen, type StreamOptions } from "./shared-stream";
export { backoffMs, type Stream, type StreamState } from "./stream";
export type { StreamEvent } from "./event-parser";
export type * from "./operation";
export type * from "./shop";
export type { components, paths } from "./schema";
