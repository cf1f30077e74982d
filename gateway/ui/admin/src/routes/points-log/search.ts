import type { AdjustmentState, PointEntryKind } from "../../data/types";
import { DATE, ID, pagesIn, textsIn } from "../../patterns/search";
import { texts } from "./texts";

/** Parts of the screen, as the address names them. */
export const tabs = ["entries", "coupons", "adjustments", "sums"] as const;
export type LogTab = (typeof tabs)[number];

/** Kinds of entries in the order in which they are shown. */
export const kinds = Object.keys(texts.kind) as readonly PointEntryKind[];
export const adjustmentStates = Object.keys(texts.adjustmentState) as readonly AdjustmentState[];

/** What the address of the log says. A phone that is searched for is personal data and never stands in it. */
export interface LogSearch {
  tab?: LogTab;
  member?: string;
  /** Number of an order. */
  order?: string;
  kind?: PointEntryKind;
  programme?: string;
  /** Dates, both included. */
  from?: string;
  until?: string;
  /** State of adjustments; those that wait when it is left out. */
  state?: AdjustmentState | "all";
  pages?: string[];
}

/** Reads an address; what it cannot mean is left out. */
export function parsePointsLogSearch(search: Record<string, unknown>): LogSearch {
  const tab = tabs.find((one) => one === search.tab && one !== "entries");
  const kind = kinds.find((one) => one === search.kind);
  const state = ([...adjustmentStates, "all"] as const).find((one) => one === search.state);
  return {
    ...(tab ? { tab } : {}),
    ...textsIn(search, { member: ID, programme: ID, order: ORDER_NUMBER, from: DATE, until: DATE }),
    ...(kind ? { kind } : {}),
    ...(state ? { state } : {}),
    ...pagesIn(search),
  };
}

const ORDER_NUMBER = /^[\dA-Z]{5}$/u;

/** What somebody searches for: an order's number has letters, everything else is a phone. */
export function askedFor(text: string): { order?: string; phone?: string } {
  const typed = text.normalize("NFKC").trim();
  if (typed === "") return {};
  const number = typed.toUpperCase();
  return ORDER_NUMBER.test(number) ? { order: number } : { phone: typed };
}

const DAY_MS = 86_400_000;
const SUM_DAYS = 30;

/** The day after a date. */
export function nextDay(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
}

/** The dates that are summed: those of the address, else the last thirty days. */
export function sumPeriod({ from, until }: Pick<LogSearch, "from" | "until">, today: string): { from: string; until: string } {
  const last = until ?? today;
  return { from: from ?? new Date(Date.parse(last) - (SUM_DAYS - 1) * DAY_MS).toISOString().slice(0, 10), until: last };
}
