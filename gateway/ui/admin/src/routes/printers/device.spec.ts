import { describe, expect, it } from "vitest";

import type { PrintDevice } from "../../data/types";
import { changeOf, creationOf, deviceDraft, newDevice, PAIRING_CODE, papersOf, polls, SERIAL } from "./device";

const draft = { ...newDevice, serial: " 36nvny3qngc344b ", name: " 櫃檯 " };

describe("what is sent of a new printer", () => {
  it("has its serial in capital letters and nothing of other connections", () => {
    const sent = creationOf({ ...draft, agent_id: "a", vendor_key: "k" });
    expect(sent).toMatchObject({ serial: "36NVNY3QNGC344B", name: "櫃檯", channel: "star_cloudprnt" });
    expect(sent).not.toHaveProperty("agent_id");
    expect(sent).not.toHaveProperty("vendor_key");
  });

  it("has the agent and the address behind it, and the key of the cloud that wants one", () => {
    expect(creationOf({ ...draft, channel: "agent", agent_id: "a", agent_address: " 10.0.0.5:9100 " })).toMatchObject({ agent_id: "a", agent_address: "10.0.0.5:9100" });
    expect(creationOf({ ...draft, channel: "feie", vendor_key: " key " })).toMatchObject({ vendor_key: "key" });
  });

  it("says gaps in tenths of a millimetre, for labels alone", () => {
    expect(changeOf({ ...draft, paper: "label_40x25", label_gap: 2.3 }).settings).toMatchObject({ label_gap_tenths_mm: 23 });
    expect(changeOf(draft).settings).not.toHaveProperty("label_gap_tenths_mm");
  });
});

it("a printer that is not changed is sent as it was", () => {
  const settings = { offline_after_secs: 90, buzzer: "epson" as const, cutter: false, trusts_writing: true, label_gap_tenths_mm: 25, inverted_bitmap: true, minimal_commands: false };
  const device = { channel: "agent", paper: "label_40x25", serial: "ABC", name: "標籤", model: "TDP", agent_id: "a", agent_address: "usb:1:2", settings } as PrintDevice;
  expect(changeOf(deviceDraft(device))).toEqual({ name: "標籤", model: "TDP", agent_id: "a", agent_address: "usb:1:2", settings });
});

it("serials and codes are told from what is none", () => {
  expect(["36NVNY3QNGC344B", "ab-1"].every((one) => SERIAL.test(one))).toBe(true);
  expect(["ab", "中文序號", "a b c", "x".repeat(41)].some((one) => SERIAL.test(one))).toBe(false);
  expect([PAIRING_CODE.test("012345"), PAIRING_CODE.test("12345"), PAIRING_CODE.test("12345a")]).toEqual([true, false, false]);
});

it("only printers that poll have an address, and Epson's print no labels", () => {
  expect([polls("star_cloudprnt"), polls("epson_sdp"), polls("agent"), polls("xpyun")]).toEqual([true, true, false, false]);
  expect(papersOf("epson_sdp")).not.toContain("label_40x25");
  expect(papersOf("agent")).toContain("label_40x25");
});
