import type { PrintJobState } from "../../data/types";
import { ID, pagesIn, textsIn } from "../../patterns/search";

/** States in the order in which they are offered: what somebody has to look at comes first. */
export const states = ["unconfirmed", "failed", "expired", "queued", "sent", "printed", "cancelled"] as const satisfies readonly PrintJobState[];

export interface PrintJobSearch {
  /** All when it is left out. */
  states?: PrintJobState[];
  device?: string;
  /** The job that is open beside the list. */
  job?: string;
  pages?: string[];
}

/** Reads an address; what it cannot mean is left out. */
export function parsePrintJobSearch(search: Record<string, unknown>): PrintJobSearch {
  const asked: unknown[] = Array.isArray(search.states) ? search.states : [];
  const wanted = states.filter((one) => asked.includes(one));
  return {
    ...(wanted.length > 0 ? { states: wanted } : {}),
    ...textsIn(search, { device: ID, job: ID }),
    ...pagesIn(search),
  };
}
