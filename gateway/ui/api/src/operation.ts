import type { paths } from "./schema";

/** Words of HTTP that the gateway's operations use. */
export type Verb = "GET" | "POST" | "PUT" | "DELETE";

/** Addresses of the gateway that know the verb. */
export type PathOf<V extends Verb> = { [P in keyof paths]: paths[P] extends Record<Lowercase<V>, { responses: unknown }> ? P : never }[keyof paths];

export type Operation<V extends Verb, P extends keyof paths> = paths[P][Lowercase<V> & keyof paths[P]];

/** What an operation takes in its path, its query or its headers. */
export type Parameters<O, Where extends string> = O extends { parameters: infer R } ? (R extends { [N in Where]?: infer T } ? T : never) : never;

/** What an operation is sent. */
export type BodyOf<O> = O extends { requestBody: { content: infer C } } ? C[keyof C] : undefined;

/** What an operation answers. */
export type AnswerOf<O> = O extends { responses: infer R }
  ? R[keyof R & (200 | 201)] extends { content: { "application/json": infer T } }
    ? T
    : unknown
  : never;
