import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { noteServerTime, serverNow } from "./server-clock";

const answeredAt = (date: string) => new Response(null, { headers: { date } });

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-12-01T04:00:00Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

it("follows the server when the device's clock is minutes off, and the device when it is right", () => {
  noteServerTime(answeredAt("Tue, 01 Dec 2026 04:07:00 GMT"));
  expect(new Date(serverNow()).toISOString()).toBe("2026-12-01T04:07:00.000Z");
  noteServerTime(new Response(null));
  expect(new Date(serverNow()).toISOString()).toBe("2026-12-01T04:07:00.000Z");
  noteServerTime(answeredAt("Tue, 01 Dec 2026 03:59:59 GMT"));
  expect(new Date(serverNow()).toISOString()).toBe("2026-12-01T04:00:00.000Z");
});
