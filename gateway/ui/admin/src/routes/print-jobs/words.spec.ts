import { createTranslator } from "@yizhimai/kit";
import { describe, expect, it } from "vitest";

import type { PrintDeviceSummary, PrintJob } from "../../data/types";
import { parsePrintJobSearch } from "./search";
import { adviceFor, jobCan, marksOf, orderOf, summaryOf } from "./words";

const t = createTranslator("zh-TW");

function device(name: string, over: Partial<PrintDeviceSummary> = {}): PrintDeviceSummary {
  return { device_id: name, name, state: "online", state_since: "2026-07-01T03:00:00Z", paper_low: false, waiting_jobs: 0, unconfirmed_jobs: 0, failed_jobs: 0, ...over };
}

describe("what the top bar says", () => {
  it("names the one printer that needs help before anything else", () => {
    const devices = [device("櫃檯", { unconfirmed_jobs: 3 }), device("廚房", { state: "paper_out" })];
    expect(summaryOf(t, devices)).toEqual({ tone: "bad", text: "出單機：廚房缺紙" });
  });

  it("counts several printers", () => {
    const devices = [device("櫃檯", { state: "offline" }), device("廚房", { state: "paper_out" })];
    expect(summaryOf(t, devices)).toEqual({ tone: "bad", text: "2 台出單機有問題" });
  });

  it("asks about slips that may be on paper before it counts those that failed", () => {
    const devices = [device("櫃檯", { unconfirmed_jobs: 1, failed_jobs: 4 }), device("廚房", { unconfirmed_jobs: 1 })];
    expect(summaryOf(t, devices)).toEqual({ tone: "warn", text: "2 張可能已印" });
    expect(summaryOf(t, [device("櫃檯", { failed_jobs: 4 })])).toEqual({ tone: "warn", text: "4 張沒印出來" });
  });

  it("is content when all is well", () => {
    expect(summaryOf(t, [device("櫃檯")])).toEqual({ tone: "good", text: "出單機正常" });
  });
});

describe("what to do about a printer", () => {
  it("is said for every state but online, and for paper that ends", () => {
    expect(adviceFor(device("a"))).toBeUndefined();
    expect(t(adviceFor(device("a", { state: "paper_out" })) ?? ["", ""])).toContain("換一捲紙");
    expect(t(adviceFor(device("a", { paper_low: true })) ?? ["", ""])).toContain("快用完");
  });
});

const job = { state: "printed", reprint: 0, may_be_duplicate: false, moved_from_device_id: null, test: false, revision: 1, copies: 1 } as PrintJob;

describe("a job", () => {
  it("is decided before it is printed again, and cancelled only while no printer has it", () => {
    const can = (state: PrintJob["state"]) => Object.entries(jobCan).filter(([, may]) => may({ ...job, state })).map(([what]) => what);
    expect(can("queued")).toEqual(["cancel"]);
    expect(can("sent")).toEqual([]);
    expect(can("unconfirmed")).toEqual(["decide"]);
    for (const state of ["printed", "failed", "expired", "cancelled"] as const) expect(can(state)).toEqual(["reprint"]);
  });

  it("says what its slip is headed with", () => {
    expect(marksOf(t, job)).toEqual([]);
    expect(marksOf(t, { ...job, reprint: 2, may_be_duplicate: true, moved_from_device_id: "d", revision: 3, copies: 2 })).toEqual(["第 3 版", "補印 2", "可能重複", "代印", "2 份"]);
  });

  it("names its order by the number that is called out", () => {
    expect(orderOf(t, { order_id: "o", pickup_number: "23", order_number: "A0023" })).toBe("23 號（A0023）");
    expect(orderOf(t, { order_id: "o", pickup_number: "", order_number: "A0023" })).toBe("A0023");
    expect(orderOf(t, { order_id: null, pickup_number: "", order_number: "" })).toBeUndefined();
  });
});

describe("the address of the log", () => {
  it("keeps states there are, and drops the rest", () => {
    expect(parsePrintJobSearch({ states: ["failed", "lost", "unconfirmed"], device: "x", pages: ["t", 3] })).toEqual({ states: ["unconfirmed", "failed"], pages: ["t"] });
    expect(parsePrintJobSearch({ states: "failed" })).toEqual({});
  });
});
