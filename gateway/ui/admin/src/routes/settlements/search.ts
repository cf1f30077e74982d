import type { DifferenceCause, SettlementOutcome } from "../../data/types";
import { texts } from "./texts";

/** Parts of the screen, as the address names them. */
export const tabs = ["files", "unsettled"] as const;
export type SettlementTab = (typeof tabs)[number];

/** What the address of the list says. */
export interface SettlementsSearch {
  tab?: SettlementTab;
  account?: string;
  /** Only what should have been paid out by now. */
  overdue?: boolean;
  pages?: string[];
}

/** Causes in the order in which they are shown. */
export const causes = Object.keys(texts.cause) as readonly DifferenceCause[];

/** Outcomes that rows of a file have. */
export const outcomes = ["matched", "difference"] as const satisfies readonly SettlementOutcome[];

/** What the address of a settlement says. */
export interface SettlementSearch {
  outcome?: (typeof outcomes)[number];
  cause?: DifferenceCause;
  undecided?: boolean;
  pages?: string[];
}

function pagesOf({ pages }: Record<string, unknown>): { pages?: string[] } {
  if (!Array.isArray(pages) || pages.length === 0) return {};
  return { pages: pages.filter((page): page is string => typeof page === "string") };
}

/** Reads the address of the list; what it cannot mean is left out. */
export function parseSettlementsSearch(search: Record<string, unknown>): SettlementsSearch {
  return {
    ...(search.tab === "unsettled" ? { tab: search.tab } : {}),
    ...(typeof search.account === "string" && search.account ? { account: search.account } : {}),
    ...(search.overdue === true ? { overdue: true } : {}),
    ...pagesOf(search),
  };
}

/** Reads the address of a settlement; what it cannot mean is left out. */
export function parseSettlementSearch(search: Record<string, unknown>): SettlementSearch {
  const outcome = outcomes.find((one) => one === search.outcome);
  const cause = causes.find((one) => one === search.cause);
  return {
    ...(outcome ? { outcome } : {}),
    ...(cause ? { cause } : {}),
    ...(search.undecided === true ? { undecided: true } : {}),
    ...pagesOf(search),
  };
}
