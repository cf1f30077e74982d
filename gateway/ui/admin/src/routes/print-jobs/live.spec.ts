import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { keys } from "../../data/keys";
import { isOfPrinting, refreshPrinting } from "./live";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function clientWith(...known: readonly (readonly unknown[])[]) {
  const client = new QueryClient();
  for (const key of known) client.setQueryData(key, "read");
  const stale = () => known.filter((key) => client.getQueryState(key)?.isInvalidated);
  return { client, stale };
}

it("knows the events of printing from those of orders", () => {
  expect(["print_job", "print_device", "order", "availability"].filter((type) => isOfPrinting({ type }))).toEqual(["print_job", "print_device"]);
});

it("reads jobs and states anew, and neither rules nor another branch's", () => {
  const changing = [keys.printDeviceStates("b"), keys.printDevices("b"), keys.printJobs("b"), keys.printJob("j")];
  const { client, stale } = clientWith(...changing, keys.printRules("b", "p"), keys.printSettings("b"), keys.printJobs("other"), [...keys.printJob("j"), "preview"]);
  refreshPrinting(client, "b");
  expect(stale()).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(stale()).toEqual(changing);
});

it("reads once for many events of a rush, and again for those that come later", () => {
  const { client } = clientWith();
  const invalidate = vi.spyOn(client, "invalidateQueries");
  for (let events = 0; events < 50; events += 1) refreshPrinting(client, "b");
  vi.advanceTimersByTime(1_000);
  const once = invalidate.mock.calls.length;
  refreshPrinting(client, "b");
  vi.advanceTimersByTime(1_000);
  expect(invalidate.mock.calls.length).toBe(2 * once);
});
