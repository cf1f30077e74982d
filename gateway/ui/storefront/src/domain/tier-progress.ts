import type { TierProgress } from "../api/membership";

export type Measure = keyof TierProgress;

/** What is missing for the next tier by one measure, and how far it has come. */
export interface Missing {
  measure: Measure;
  missing: number;
  needed: number;
}

const measures: readonly Measure[] = ["spend", "orders", "single_order", "points_earned"];

/** What the next tier asks for that is not there yet. */
export function missingFor(needed: TierProgress, missing: TierProgress): Missing[] {
  return measures.filter((measure) => needed[measure] > 0 && missing[measure] > 0).map((measure) => ({ measure, missing: missing[measure], needed: needed[measure] }));
}
