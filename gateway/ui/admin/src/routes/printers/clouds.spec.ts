import { expect, it } from "vitest";

import type { PrintCloudAccount, PrintDevice } from "../../data/types";
import { accountOf, isCloud, serialOf, shownClouds, SIGNS } from "./clouds";

const account = (channel: "xpyun" | "feie") => ({ channel }) as PrintCloudAccount;
const device = (channel: PrintDevice["channel"]) => ({ channel }) as PrintDevice;

it("a cloud is shown where it has an account or a printer needs it", () => {
  expect(shownClouds([], [device("agent")])).toEqual([]);
  expect(shownClouds([account("feie")], [device("xpyun"), device("agent")])).toEqual(["xpyun", "feie"]);
  expect(accountOf([account("feie")], "xpyun")).toBeUndefined();
  expect([isCloud("xpyun"), isCloud("star_cloudprnt")]).toEqual([true, false]);
});

it("serials have their vendor's form", () => {
  const fits = (channel: PrintDevice["channel"], serial: string) => serialOf(channel)?.test(serial) ?? true;
  expect([fits("xpyun", "36NVNY3QNGC344B"), fits("xpyun", "316500010"), fits("feie", "316500010"), fits("feie", "36NVNY3QNGC344B"), fits("agent", "A-1")]).toEqual([true, false, true, false, true]);
});

it("a user or key is one word", () => {
  expect(["dev@shop.example", "k3y"].every((one) => SIGNS.test(one))).toBe(true);
  expect(["", "two words", "金鑰", "x".repeat(101)].some((one) => SIGNS.test(one))).toBe(false);
});
