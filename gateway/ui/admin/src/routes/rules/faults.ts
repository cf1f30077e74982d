import type { FieldProblem } from "@yizhimai/api";

import type { T } from "../../i18n";
import { texts } from "./texts";

/** Something wrong at a place in a rule, such as `effect.any_n.n`. */
export interface Fault {
  place: string;
  text: string;
}

/** Finds what is wrong at places or within them. */
export type FaultsAt = (...places: string[]) => string[];

/** Whether a place is another one or lies within it. */
function isWithin(place: string, outer: string): boolean {
  return place === outer || place.startsWith(`${outer}.`) || place.startsWith(`${outer}[`);
}

export function faultsAt(faults: readonly Fault[]): FaultsAt {
  return (...places) => [...new Set(faults.filter(({ place }) => places.some((outer) => isWithin(place, outer))).map(({ text }) => text))];
}

/** The place in a rule that a problem's field names: `promotion.rule.effect.gift` is `effect.gift`; undefined elsewhere. */
export function placeInRule(field: string): string | undefined {
  const [, place] = /(?:^|\.)rule\.(.+)$/u.exec(field) ?? [];
  return place;
}

/** Problems of a refusal, parted into those within the rule, those at fields beside it, and those that have no place. */
export function placed(problems: readonly FieldProblem[], beside: readonly string[], sentence: (problem: FieldProblem) => string, t: T) {
  const text = (problem: FieldProblem) => (problem.reason === "VALIDATION_FAILED" ? t(texts.wrong) : sentence(problem));
  const faults: Fault[] = [];
  const rest: FieldProblem[] = [];
  for (const problem of problems) {
    const place = placeInRule(problem.field);
    const field = problem.field.split(".").at(-1) ?? "";
    const own = beside.find((one) => isWithin(field, one) || isWithin(problem.field, one));
    if (place) faults.push({ place, text: text(problem) });
    else if (own) faults.push({ place: `beside.${own}`, text: text(problem) });
    else rest.push(problem);
  }
  return { faults, rest };
}

/** What is known to be wrong before it is sent, in words that say what would work. */
export function ownFaults(places: readonly string[], t: T): Fault[] {
  return places.map((place) => {
    const kind = place.replace(/\[\d+\]/gu, "");
    return { place, text: t(Object.hasOwn(texts.bad, kind) ? texts.bad[kind as keyof typeof texts.bad] : texts.wrong) };
  });
}
