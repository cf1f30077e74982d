import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { OrderBody, SlotsBody } from "@yizhimai/api";
import type { PayBody, PaymentProgress } from "../src/api/payment";
import type { Connect, Plugin } from "vite";
import { Refused } from "./refused";
import { World } from "./world";

const POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'";

function send(response: ServerResponse, status: number, body: unknown, type = "application/json"): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-cache" });
  response.end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const text = await textOf(request);
  return text === "" ? {} : (JSON.parse(text) as unknown);
}

/** A provider's script: three card fields and a token. */
const CARD_FIELDS = `window.TPDirect = { setupSDK() {}, card: {
  setup({ fields }) { for (const [name, { element, placeholder }] of Object.entries(fields)) {
    const input = document.createElement("input");
    Object.assign(input, { placeholder, ariaLabel: name, inputMode: "numeric" });
    input.style.cssText = "width:100%;min-height:44px;border:0;background:transparent;font:inherit";
    element.replaceChildren(input);
  } },
  getPrime(done) { done({ status: 0, msg: "", card: { prime: "prime" } }); },
} };`;

/** A provider's page: pay, be declined, or go back without paying. */
function providerPage(response: ServerResponse, form: URLSearchParams): void {
  const link = (word: string, text: string) => `<p><a href="/mock/return?word=${word}&${form.toString()}">${text}</a></p>`;
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end(`<!doctype html><title>模擬付款</title><h1>模擬付款</h1>${link("confirming", "付款")}${link("declined", "拒絕")}${link("at_provider", "返回商店")}`);
}

/** The gateway's shop API in memory, with controls (`/mock/…`) that simulate staff and failures. */
function mockApi(): Connect.NextHandleFunction {
  const world = new World();
  const listeners = new Set<ServerResponse>();
  let events = 0;
  let drops = 0;

  const emit = (type: string, data: unknown) => {
    events += 1;
    for (const listener of listeners) listener.write(`id: mock-${events}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  };

  function stream(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(": hello\n\n");
    listeners.add(response);
    request.on("close", () => listeners.delete(response));
  }

  function control(word: string, query: URLSearchParams): unknown {
    if (word === "price") {
      world.prices.set(query.get("sku") ?? "", Number(query.get("to")));
      world.menuNumber += 1;
      if (!query.has("quiet")) emit("menu", { menu_number: world.menuNumber });
    }
    if (word === "stock") {
      const day = query.get("day");
      if (day) world.dailyLeft.set(`${query.get("sku")} ${day}`, Number(query.get("to")));
      else world.stock.set(query.get("sku") ?? "", Number(query.get("to")));
      if (!query.has("quiet")) emit("availability", { sku_ids: [query.get("sku")] });
    }
    if (word === "pause") {
      const minutes = Number(query.get("minutes"));
      world.paused.set(query.get("id") ?? "", { kind: query.get("kind") ?? "product", ends_at: minutes ? new Date(Date.now() + minutes * 60_000).toISOString() : null });
      if (query.get("kind") === "none") world.paused.delete(query.get("id") ?? "");
      emit("availability", { sku_ids: [] });
      emit("branches", {});
    }
    if (word === "capacity") {
      world.capacity = Number(query.get("units"));
      emit("availability", { sku_ids: [] });
    }
    if (word === "fill") {
      world.filled.add(query.get("slot") ?? "");
      emit("availability", { sku_ids: [] });
    }
    if (word === "later") emit("order", world.later(query.get("token") ?? ""));
    if (word === "open") {
      world.open = query.get("to") === "true";
      emit("availability", { sku_ids: [] });
      emit("branches", {});
    }
    if (word === "move") emit("order", world.move(query.get("token") ?? ""));
    if (word === "progress") emit("order", world.progress(query.get("token") ?? "", query.get("to") as PaymentProgress));
    if (word === "paid") emit("order", world.paid(query.get("token") ?? ""));
    if (word === "expire") emit("order", world.paying(query.get("token") ?? "", { state: "expired", pay_by: null }));
    if (word === "refund") {
      const [refunding, refunded] = [Number(query.get("refunding") ?? 0), Number(query.get("refunded") ?? 0)];
      emit("order", world.paying(query.get("token") ?? "", { refunding, refunded, payment_state: refunding > 0 ? "paid" : "refunded" }));
    }
    if (word === "pay-minutes") world.payMinutes = Number(query.get("to"));
    if (word === "drop") drops = Number(query.get("times") ?? 1);
    if (word === "orders") return { count: world.orders.size };
    return { done: true };
  }

  async function answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const [kind, , brand, branch = "", what, token = "", more] = url.pathname.split("/").slice(1).map(decodeURIComponent);
    if (url.pathname === "/mock/card-fields.js") {
      response.writeHead(200, { "content-type": "text/javascript" });
      response.end(CARD_FIELDS);
      return undefined;
    }
    if (url.pathname === "/mock/provider") {
      return providerPage(response, request.method === "POST" ? new URLSearchParams(await textOf(request)) : url.searchParams);
    }
    if (url.pathname === "/mock/return") {
      emit("order", world.progress(url.searchParams.get("token") ?? "", url.searchParams.get("word") as PaymentProgress));
      response.writeHead(303, { location: url.searchParams.get("back") ?? "/" });
      response.end();
      return undefined;
    }
    if (url.pathname.startsWith("/api/members/")) {
      const path = url.pathname.split("/").slice(4).join("/");
      const body = request.method === "GET" ? undefined : await bodyOf(request);
      return send(response, 200, world.members.answer(request, response, path, url.searchParams, body));
    }
    if (kind === "mock") return send(response, 200, control(url.pathname.split("/")[2] ?? "", url.searchParams));
    if (brand !== "riri") throw new Refused(404, { reason: "NOT_FOUND" });
    if (branch === "") return send(response, 200, world.brandPage());
    if (branch === "events" && what === undefined) return stream(request, response);
    if (what === "menu") return send(response, 200, world.menu(branch));
    if (what === "availability") return send(response, 200, world.availability(branch, url.searchParams.get("day")));
    if (what === "events" || more === "events") return stream(request, response);
    if (what === "payment-methods") return send(response, 200, { methods: world.payMethods(Number(url.searchParams.get("amount"))) });
    if (what === "quotes") return send(response, 200, world.quote(branch, (await bodyOf(request)) as OrderBody));
    if (what === "slots") return send(response, 200, world.cartSlots(branch, (await bodyOf(request)) as SlotsBody));
    if (what === "orders" && token === "") {
      const placed = world.place(branch, String(request.headers["idempotency-key"]), (await bodyOf(request)) as OrderBody);
      if (drops > 0) {
        drops -= 1;
        response.destroy();
        return undefined;
      }
      emit("availability", { sku_ids: [] });
      return send(response, 201, placed);
    }
    if (more === "pay") return send(response, 200, world.pay(token, (await bodyOf(request)) as PayBody, `/${brand}/${branch}/orders/${token}`));
    if (more === "cancel") return send(response, 200, { order: world.cancel(token) });
    const order = world.order(token);
    return send(response, 200, { order, may_cancel: order.state === "placed" || order.state === "pending_payment" });
  }

  return (request, response, next) => {
    const url = new URL(request.url ?? "/", "http://mock");
    if (!/^\/(?:api\/(?:shop|members)|mock)\//u.test(url.pathname)) {
      next();
      return;
    }
    answer(request, response, url).catch((error: unknown) => {
      if (error instanceof Refused) send(response, error.status, { status: error.status, ...error.document }, "application/problem+json");
      else send(response, 500, { reason: "TEMPORARILY_UNAVAILABLE", detail: String(error) }, "application/problem+json");
    });
  };
}

/** Serves the built files the way the gateway does: the shell for every page, the worker at the root, a strict policy. */
function asGateway(dist: string): Connect.NextHandleFunction {
  return (request, response, next) => {
    const path = new URL(request.url ?? "/", "http://mock").pathname;
    if (path.startsWith("/assets/")) {
      next();
      return;
    }
    const worker = path === "/sw.js";
    const type = worker ? "text/javascript" : "text/html; charset=utf-8";
    response.writeHead(200, { "content-type": type, "cache-control": "no-cache", "content-security-policy": POLICY });
    response.end(readFileSync(join(dist, worker ? "sw.js" : "index.html")));
  };
}

export function mockGateway(): Plugin {
  return {
    name: "mock-gateway",
    configureServer: (server) => {
      server.middlewares.use(mockApi());
    },
    configurePreviewServer: (server) => {
      server.middlewares.use(mockApi());
      server.middlewares.use(asGateway(join(server.config.root, server.config.build.outDir)));
    },
  };
}
