import { ProblemError, problemOf } from "@yizhimai/api";
import { expect, it, vi } from "vitest";

import type { Coupon } from "../../data/benefit-types";
import { couponCode, RedeemQueue, type PendingRedemption } from "./redeem-queue";

const NOW = Date.parse("2026-12-01T04:00:00Z");
const scanned = { branch_id: "shida", code: "ABCD2345EFGH", offline: true };
const coupon = { coupon_id: "c", name: "折抵 50 元" } as Coupon;

function memory() {
  const kept = new Map<string, string>();
  return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
}

it("keeps a redemption without an answer over a reload and repeats it with its key and time", async () => {
  const storage = memory();
  const lost = new RedeemQueue(vi.fn(), async () => Promise.reject(new TypeError("network")), storage, () => NOW);
  lost.add(scanned);
  await lost.flush();
  const [kept] = lost.stored().pending;
  expect(kept?.scanned_at).toBe("2026-12-01T04:00:00.000Z");

  const onDone = vi.fn();
  const send = vi.fn(async (_: PendingRedemption) => coupon);
  const back = new RedeemQueue(onDone, send, storage, () => NOW + 3_600_000);
  await back.flush();
  expect(send.mock.calls[0]?.[0]).toEqual(kept);
  expect(onDone).toHaveBeenCalledOnce();
  expect(back.stored()).toEqual({ pending: [], conflicts: [] });
});

it("lists what was refused with the reason until somebody has seen it, and goes on with the next", async () => {
  const used = new ProblemError(problemOf({ reason: "COUPON_USED", params: { by: "小林", used_at: "2026-12-01T03:00:00Z" } }, 409));
  const send = vi.fn<(one: PendingRedemption) => Promise<Coupon>>().mockRejectedValueOnce(used).mockResolvedValueOnce(coupon);
  const storage = memory();
  const queue = new RedeemQueue(vi.fn(), send, storage, () => NOW);
  queue.add(scanned);
  queue.add({ ...scanned, code: "ZZZZ2345EFGH" });
  await queue.flush();
  const [conflict] = new RedeemQueue(vi.fn(), send, storage).stored().conflicts;
  expect(conflict).toMatchObject({ code: "ABCD2345EFGH", reason: "COUPON_USED", params: { by: "小林" } });
  expect(queue.stored().pending).toEqual([]);
  queue.dismiss(conflict?.key ?? "");
  expect(queue.stored().conflicts).toEqual([]);
});

it("sends nothing that was scanned more than a day ago", async () => {
  const storage = memory();
  new RedeemQueue(vi.fn(), vi.fn(), storage, () => NOW).add(scanned);
  const send = vi.fn();
  const late = new RedeemQueue(vi.fn(), send, storage, () => NOW + 25 * 3_600_000);
  await late.flush();
  expect(send).not.toHaveBeenCalled();
  expect(late.stored().conflicts[0]?.reason).toBe("IN_THE_PAST");
});

it("takes a code once, however often it is scanned", () => {
  const queue = new RedeemQueue(vi.fn(), vi.fn(), memory(), () => NOW);
  queue.add(scanned);
  queue.add(scanned);
  expect(queue.stored().pending).toHaveLength(1);
});

it("compares codes as the server does", () => {
  expect(couponCode(" abcd-2345 ｅｆｇｈ ")).toBe("ABCD2345EFGH");
});
