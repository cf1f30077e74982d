import type { PrintDeviceState, PrintDeviceSummary, PrintJob, PrintJobState } from "../../data/types";
import type { T } from "../../i18n";
import type { Tone } from "../rules/badge";
import { texts } from "./texts";

const tones: Readonly<Record<PrintJobState, Tone>> = {
  queued: "soon", sent: "soon", printed: "good", failed: "bad", expired: "bad", cancelled: "plain", unconfirmed: "warn",
};

/** How the state of a job is meant. */
export function jobTone(state: PrintJobState): Tone {
  return tones[state];
}

/** How the state of a printer is meant. */
export function deviceTone(state: PrintDeviceState): Tone {
  return state === "online" ? "good" : "bad";
}

/** What may be done with a job; the server decides again. */
export const jobCan = {
  decide: ({ state }: PrintJob) => state === "unconfirmed",
  cancel: ({ state }: PrintJob) => state === "queued",
  /** A slip that still waits, or that somebody has to look for first, is not printed again. */
  reprint: ({ state }: PrintJob) => state !== "queued" && state !== "sent" && state !== "unconfirmed",
} as const;

/** What stands on a slip besides what it shows: which print it is and how it came there. */
export function marksOf(t: T, job: Pick<PrintJob, "reprint" | "may_be_duplicate" | "moved_from_device_id" | "test" | "revision" | "copies">): string[] {
  return [
    ...(job.test ? [t(texts.testMark)] : []),
    ...(job.revision > 1 ? [t(texts.revisionMark, { count: job.revision })] : []),
    ...(job.reprint > 0 ? [t(texts.reprintMark, { count: job.reprint })] : []),
    ...(job.may_be_duplicate ? [t(texts.duplicateMark)] : []),
    ...(job.moved_from_device_id ? [t(texts.movedMark)] : []),
    ...(job.copies > 1 ? [t(texts.copies, { count: job.copies })] : []),
  ];
}

/** The order of a job as a counter calls it; undefined for slips of a printer itself. */
export function orderOf(t: T, { order_id, pickup_number, order_number }: Pick<PrintJob, "order_id" | "pickup_number" | "order_number">): string | undefined {
  if (!order_id) return undefined;
  return pickup_number ? t(texts.orderWords, { pickup: pickup_number, number: order_number }) : order_number;
}

/** What to do about a printer, undefined where nothing is. */
export function adviceFor({ state, paper_low }: Pick<PrintDeviceSummary, "state" | "paper_low">) {
  if (state !== "online") return texts.advice[state];
  return paper_low ? texts.advice.paper_low : undefined;
}

/** What the top bar says of all printers of a branch in a few words, the most pressing first. */
export function summaryOf(t: T, devices: readonly PrintDeviceSummary[]): { tone: Tone; text: string } {
  const troubled = devices.filter(({ state }) => state !== "online");
  const undecided = sum(devices, "unconfirmed_jobs");
  const failed = sum(devices, "failed_jobs");
  const [first] = troubled;
  if (first && troubled.length === 1) return { tone: "bad", text: t(texts.top.troubled, { name: first.name, state: t(texts.deviceState[first.state]) }) };
  if (first) return { tone: "bad", text: t(texts.top.several, { count: troubled.length }) };
  if (undecided > 0) return { tone: "warn", text: t(texts.top.undecided, { count: undecided }) };
  if (failed > 0) return { tone: "warn", text: t(texts.top.failed, { count: failed }) };
  return { tone: "good", text: t(texts.top.fine) };
}

function sum(devices: readonly PrintDeviceSummary[], what: "unconfirmed_jobs" | "failed_jobs"): number {
  return devices.reduce((total, device) => total + device[what], 0);
}
