import { beforeEach, describe, expect, it, vi } from "vitest";
import { problemFrom } from "@yizhimai/api";
import { callMembers, mayBeSignedIn } from "./members";

const page = { cookie: "" };
vi.stubGlobal("document", page);

/** The gateway: takes changes with this token, and refuses each with this reason otherwise. */
const gateway = { token: "", refusal: "", sent: [] as (string | null)[], last: "" };
async function answer(request: Request): Promise<Response> {
  const token = request.headers.get("x-csrf-token");
  gateway.sent.push(token);
  gateway.last = `${request.method} ${new URL(request.url).pathname}${new URL(request.url).search}`;
  const reply = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
  if (request.method !== "GET" && gateway.token && token !== gateway.token) return reply(403, { reason: "PERMISSION_DENIED", params: { check: "csrf" } });
  return gateway.refusal ? reply(422, { reason: gateway.refusal }) : reply(200, { done: true });
}
vi.mock("../lib/api", async () => {
  const { createApi } = await import("@yizhimai/api");
  return { api: createApi({ baseUrl: "http://shop.test", fetch: (request) => answer(request) }) };
});

beforeEach(() => {
  page.cookie = "a=1; yzm_member_csrf_01=first; yzm_csrf=staff; yzm_member_csrf_02=second";
  Object.assign(gateway, { token: "second", refusal: "", sent: [] });
});

describe("a change of a member", () => {
  it("goes with the token of the brand's organisation, of all on the device", async () => {
    await expect(callMembers("tea", "POST", "sign-out")).resolves.toEqual({ done: true });
    expect(gateway.sent).toEqual(["first", "second"]);
  });

  it("is not repeated when it is refused for another reason", async () => {
    Object.assign(gateway, { token: "first", refusal: "ADDRESS_LIMIT" });
    const problem = await callMembers("tea", "DELETE", "me/addresses/{address_id}", { path: { address_id: "a1" } }).catch(problemFrom);
    expect([problem, gateway.sent]).toMatchObject([{ reason: "ADDRESS_LIMIT", status: 422 }, ["first"]]);
  });

  it("of a guest goes without a token", async () => {
    page.cookie = "yzm_csrf=staff";
    gateway.token = "";
    await callMembers("tea", "POST", "codes", { body: { phone: "0912345678", purpose: "sign_in" } });
    expect([gateway.sent, mayBeSignedIn()]).toEqual([[null], false]);
  });
});

it("reads without a token, at the brand's address", async () => {
  await callMembers("tea", "GET", "points/entries", { query: { page_token: "p 2" } });
  expect([gateway.sent, gateway.last]).toEqual([[null], "GET /api/members/tea/points/entries?page_token=p%202"]);
});
