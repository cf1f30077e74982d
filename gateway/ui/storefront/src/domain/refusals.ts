import type { FieldRefusal } from "./draft";

/** Where on the checkout a refused field is shown. */
export type Spot = "name" | "phone" | "remark" | "time" | "method" | "payment" | "utensils" | "benefits" | { line: number } | "page";

const named: Record<string, Spot> = {
  "contact.name": "name", contact_name: "name", "contact.phone": "phone", contact_phone: "phone", remark: "remark",
  wanted_at: "time", method: "method", payment_method_id: "payment", utensils: "utensils", contact: "name",
};

/** Reasons that are about the time wherever the server has put them. */
const aboutTime = new Set(["SLOT_FULL", "SLOT_PAST", "CLOSED", "TOO_FAR_AHEAD", "NO_SLOT", "IN_THE_PAST"]);

/** Reasons that are about how it is paid. */
const aboutPayment = new Set(["PREPAY_REQUIRED"]);

/** The field of a code, a coupon or the points that a refusal is about. */
export function benefitField({ field }: FieldRefusal): string | undefined {
  return /^(?:(?:cart|order|entered)\.)*((?:codes|coupons)\[\d+\]|points)$/u.exec(field)?.[1];
}

export function spotOf(refusal: FieldRefusal): Spot {
  const field = refusal.field.replace(/^(?:cart|order)\./u, "");
  const line = /^lines\[(\d+)\]/u.exec(field);
  if (line) return { line: Number(line[1]) };
  if (benefitField(refusal)) return "benefits";
  if (aboutPayment.has(refusal.reason)) return "payment";
  return named[field] ?? (aboutTime.has(refusal.reason) ? "time" : "page");
}

export function at(refusals: readonly FieldRefusal[], spot: Exclude<Spot, { line: number }>): FieldRefusal[] {
  return refusals.filter((refusal) => spotOf(refusal) === spot);
}

export function atLine(refusals: readonly FieldRefusal[], line: number): FieldRefusal[] {
  return refusals.filter((refusal) => {
    const spot = spotOf(refusal);
    return typeof spot === "object" && spot.line === line;
  });
}

/** A problem as a list of places: its fields, or itself when it names none. */
export function refusalsOf(problem: { reason: string; params: Record<string, string>; fields: FieldRefusal[] }): FieldRefusal[] {
  return problem.fields.length > 0 ? problem.fields : [{ field: "", reason: problem.reason, params: problem.params }];
}
