import { instantOf } from "@yizhimai/kit";

/** What a form holds of the start: at once, or a wall time. */
export interface Start {
  starts: "now" | "later";
  /** Wall time; it counts with `later` alone. */
  effective_at?: string | undefined;
}

/** The instant at which it starts; none for at once. */
export function startOf({ starts, effective_at }: Start, timeZone: string): string | undefined {
  return starts === "later" && effective_at ? instantOf(effective_at, timeZone) : undefined;
}
