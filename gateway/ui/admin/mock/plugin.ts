import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";

import { menuOf } from "./pauses";
import { routes, type Call } from "./routes";
import { Refusal, World } from "./world";

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const type = status >= 400 ? "application/problem+json" : typeof body === "string" ? "text/csv; charset=utf-8" : "application/json";
  response.writeHead(status, { "content-type": type, "cache-control": "no-store", ...headers });
  response.end(status === 204 ? undefined : typeof body === "string" ? body : JSON.stringify(body));
}

function refuse(response: ServerResponse, { status, reason, params, fields }: Refusal): void {
  answer(response, status, { type: `/problems/${reason}`, title: reason, status, reason, detail: reason, params, fields, trace_id: null });
}

/** Answers /api/admin from memory, for developing and looking at screens; not part of any build. */
export function mockGateway(): Plugin {
  const world = new World(Number(process.env.MOCK_ORDERS ?? 14));
  return {
    name: "mock-gateway",
    apply: "serve",
    configureServer(server) {
      if (process.env.MOCK_QUIET === undefined) setInterval(() => world.customerOrders(), 45_000).unref();
      server.middlewares.use("/api/shop", (request, response) => {
        const [, brand = "", branch = "", what] = new URL(request.url ?? "/", "http://mock").pathname.split("/");
        if (what === "menu") answer(response, 200, menuOf(world, brand, branch));
        else answer(response, 404, { status: 404, reason: "NOT_FOUND", detail: "", params: {}, fields: [] });
      });
      server.middlewares.use("/api/admin", (request, response) => {
        const url = new URL(request.url ?? "/", "http://mock");
        const signedIn = /yzm_session=mock/u.test(request.headers.cookie ?? "");
        const events = /^\/branches\/([^/]+)\/events$/u.exec(url.pathname);
        if (events && signedIn) {
          response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
          response.write(": here\n\n");
          const stop = world.listen(events[1] ?? "", (event) => response.write(event));
          request.on("close", stop);
          return;
        }
        void textOf(request)
          .then((text) => {
            const isJson = request.headers["content-type"]?.includes("json") ?? false;
            if (url.pathname !== "/sign-in" && !signedIn) throw new Refusal(401, "UNAUTHENTICATED");
            for (const [verb, pattern, act] of routes) {
              const match = verb === request.method ? pattern.exec(url.pathname) : null;
              if (!match) continue;
              const call: Call = { world, ids: match.slice(1), query: url.searchParams, body: isJson ? (JSON.parse(text || "{}") as Record<string, never>) : {}, text };
              const { status = 200, body, cookies } = act(call);
              if (cookies) response.setHeader("set-cookie", cookies);
              answer(response, status, body);
              return;
            }
            throw new Refusal(404, "NOT_FOUND");
          })
          .catch((thrown: unknown) => {
            if (thrown instanceof Refusal) refuse(response, thrown);
            else answer(response, 500, { status: 500, reason: "INTERNAL", detail: String(thrown), params: {}, fields: [] });
          });
      });
    },
  };
}
