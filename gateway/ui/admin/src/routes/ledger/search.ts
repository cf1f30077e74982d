import type { LedgerAccount } from "../../data/types";
import { texts } from "./texts";

/** Parts of the screen, as the address names them. */
export const tabs = ["balances", "transactions"] as const;
export type LedgerTab = (typeof tabs)[number];

/** The accounts in the order in which they are shown. */
export const accounts = Object.keys(texts.account) as readonly LedgerAccount[];

/** What the address of the ledger says. */
export interface LedgerSearch {
  tab?: LedgerTab;
  /** A branch of the brand; all of them when it is left out. */
  branch?: string;
  /** Wall time of the balances, `2026-06-12T10:36`; now when it is left out. */
  at?: string;
  /** Dates of the transactions, both included. */
  from?: string;
  until?: string;
  account?: LedgerAccount;
  /** Test orders too. */
  tests?: boolean;
  /** Pages of transactions walked. */
  pages?: string[];
}

const patterns = { at: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/u, from: /^\d{4}-\d{2}-\d{2}$/u, until: /^\d{4}-\d{2}-\d{2}$/u };

/** Reads an address; what it cannot mean is left out. */
export function parseLedgerSearch(search: Record<string, unknown>): LedgerSearch {
  const found: LedgerSearch = {};
  if (search.tab === "transactions") found.tab = search.tab;
  if (typeof search.branch === "string" && search.branch) found.branch = search.branch;
  for (const name of ["at", "from", "until"] as const) {
    const value = search[name];
    if (typeof value === "string" && patterns[name].test(value)) found[name] = value;
  }
  const account = accounts.find((one) => one === search.account);
  if (account) found.account = account;
  if (search.tests === true) found.tests = true;
  const { pages } = search;
  if (Array.isArray(pages) && pages.length > 0) found.pages = pages.filter((page): page is string => typeof page === "string");
  return found;
}

const DAY_MS = 86_400_000;
/** Days that are listed where the address names no dates. */
const DAYS = 30;

/** The day `days` after another. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The dates that are listed: those of the address, else the last thirty days. */
export function periodOf({ from, until }: LedgerSearch, today: string): { from: string; until: string } {
  const last = until ?? today;
  return { from: from ?? addDays(last, 1 - DAYS), until: last };
}
