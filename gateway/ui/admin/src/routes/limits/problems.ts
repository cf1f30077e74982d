import type { FieldProblem } from "@yizhimai/api";

import type { T } from "../../i18n";
import type { Draft, Place } from "./rule";
import { texts } from "./texts";

/** Places that have a sentence of their own. */
const places: readonly string[] = [
  "target.id", "target.name", "limit", "people", "window.minutes", "window.name", "window.to_minute", "days.weekdays", "days.to_date", "shares", "reserved_for_counter", "early_hours",
] satisfies Place[];

/** What is wrong at a place of a rule. */
export interface Fault {
  place: string;
  text: string;
}

export type Faults = ReadonlyMap<string, readonly Fault[]>;

const RULE = /(?:^|\.)rules\[(\d+)\]\.?(.*)$/u;

/** Says what is wrong at a place. */
export function faultText(t: T, place: string, slotMinutes: number): string {
  return place === "window.minutes" ? t(texts.bad["window.minutes"], { minutes: slotMinutes }) : t(texts.bad[place as "limit"]);
}

/** Gives each problem of a refusal the rule it belongs to, as the rules were sent; the rest stays. */
export function placed(fields: readonly FieldProblem[], sent: readonly Draft[], say: (problem: FieldProblem) => string, t: T, slotMinutes: number): { faults: Faults; rest: FieldProblem[] } {
  const faults = new Map<string, Fault[]>();
  const rest: FieldProblem[] = [];
  for (const problem of fields) {
    const [, index = "", path = ""] = RULE.exec(problem.field) ?? [];
    // `shares[1].percent` is said at the shares.
    const place = path.replace(/\[\d+\].*$/u, "");
    const draft = index === "" ? undefined : sent[Number(index)];
    if (!draft) {
      rest.push(problem);
      continue;
    }
    const text = problem.reason === "CAPACITY_INVALID" && places.includes(place) ? faultText(t, place, slotMinutes) : say(problem);
    faults.set(draft.key, [...(faults.get(draft.key) ?? []), { place, text }]);
  }
  return { faults, rest };
}
