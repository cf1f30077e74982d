import { beforeEach, describe, expect, it, vi } from "vitest";

/** A request as the server would see it. */
interface Sent {
  path: string;
  key: string | null;
  body: string;
}

const sent: Sent[] = [];
let answer: (request: Sent) => Response = () => new Response(null, { status: 204 });

class LocalRequest extends Request {
  constructor(input: RequestInfo | URL, init?: RequestInit) {
    super(typeof input === "string" ? new URL(input, "http://admin.test") : input, init);
  }
}

vi.stubGlobal("document", { cookie: "yzm_csrf=c" });
vi.stubGlobal("Request", LocalRequest);
vi.stubGlobal("fetch", async (request: Request) => {
  const seen = { path: new URL(request.url).pathname, key: request.headers.get("idempotency-key"), body: await request.text() };
  sent.push(seen);
  return answer(seen);
});

const { call, whenPasswordNeeded, whenSignedOut } = await import("./gateway");

const refused = (status: number, reason: string) => Response.json({ reason, status }, { status });
const replace = (key: string) =>
  call("POST", "/api/admin/brands/{brand_id}/payment-accounts", { path: { brand_id: "b" }, key, body: { name: key } as never });

describe("a request that needs the password again", () => {
  beforeEach(() => {
    sent.length = 0;
    answer = () => (sent.length > 2 ? Response.json({ account: {} }, { status: 201 }) : refused(401, "REAUTH_REQUIRED"));
  });

  it("is repeated as it was once the password is confirmed, and all that wait ask once", async () => {
    const ask = vi.fn(() => Promise.resolve(true));
    whenPasswordNeeded(ask);
    await Promise.all([replace("one"), replace("two")]);
    expect(ask).toHaveBeenCalledTimes(1);
    const [first, second, ...repeats] = sent;
    expect(repeats).toEqual([first, second]);
    expect(repeats.map(({ key }) => key)).toEqual(["one", "two"]);
  });

  it("stays refused when the person leaves the question", async () => {
    const signedOut = vi.fn();
    whenSignedOut(signedOut);
    whenPasswordNeeded(() => Promise.resolve(false));
    await expect(replace("one")).rejects.toMatchObject({ problem: { reason: "REAUTH_REQUIRED" } });
    expect(sent).toHaveLength(1);
    expect(signedOut).not.toHaveBeenCalled();
  });
});

describe("a lost session", () => {
  it("is one that has ended, not a wrong password", async () => {
    const signedOut = vi.fn();
    whenSignedOut(signedOut);
    for (const [reason, times] of [["LOGIN_FAILED", 0], ["SESSION_EXPIRED", 1]] as const) {
      answer = () => refused(401, reason);
      await expect(replace("one")).rejects.toMatchObject({ problem: { reason } });
      expect(signedOut).toHaveBeenCalledTimes(times);
    }
  });
});
