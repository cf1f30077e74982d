import { beforeEach, describe, expect, it, vi } from "vitest";
import { problemFrom } from "@yizhimai/api";
import { callMembers, mayBeSignedIn } from "./members";

const page = { cookie: "" };
vi.stubGlobal("document", page);

/** The gateway: takes changes with this token, and refuses each with this reason otherwise. */
const gateway = { token: "", refusal: "", sent: [] as (string | null)[] };
vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
  const token = new Headers(init.headers).get("x-csrf-token");
  gateway.sent.push(token);
  const reply = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
  if (init.method !== "GET" && gateway.token && token !== gateway.token) return reply(403, { reason: "PERMISSION_DENIED", params: { check: "csrf" } });
  return gateway.refusal ? reply(422, { reason: gateway.refusal }) : reply(200, { done: true });
});

beforeEach(() => {
  page.cookie = "a=1; yzm_member_csrf_01=first; yzm_csrf=staff; yzm_member_csrf_02=second";
  Object.assign(gateway, { token: "second", refusal: "", sent: [] });
});

describe("a change of a member", () => {
  it("goes with the token of the brand's organisation, of all on the device", async () => {
    await expect(callMembers("tea", "sign-out", { method: "POST" })).resolves.toEqual({ done: true });
    expect(gateway.sent).toEqual(["first", "second"]);
  });

  it("is not repeated when it is refused for another reason", async () => {
    Object.assign(gateway, { token: "first", refusal: "ADDRESS_LIMIT" });
    const problem = await callMembers("tea", "me/addresses", { method: "POST", body: {} }).catch(problemFrom);
    expect([problem, gateway.sent]).toMatchObject([{ reason: "ADDRESS_LIMIT", status: 422 }, ["first"]]);
  });

  it("of a guest goes without a token", async () => {
    page.cookie = "yzm_csrf=staff";
    gateway.token = "";
    await callMembers("tea", "codes", { method: "POST", body: {} });
    expect([gateway.sent, mayBeSignedIn()]).toEqual([[null], false]);
  });
});

it("reads without a token", async () => {
  await callMembers("tea", "me");
  expect(gateway.sent).toEqual([null]);
});
