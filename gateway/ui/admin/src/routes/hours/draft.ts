import { formatDate, instantOf } from "@yizhimai/kit";

import type { Hours, HoursInput, HoursVersion, Method, MethodHours, Period, PreviewInput } from "../../data/types";

/** Methods that may have hours of their own, in the order they are shown. */
export const methods: readonly Method[] = ["pickup", "delivery", "on_site"];

/** What the form of the weekly hours holds. */
export type HoursForm = Omit<Hours, "branch_id" | "version"> & {
  /** A wall clock of the branch, `2026-12-01T04:00`; undefined for at once. */
  effective?: string | undefined;
};

/** The hours as the form shows them. */
export function formOf(hours: Hours, effective?: string): HoursForm {
  const { branch_id: _branch, version: _version, ...rest } = hours;
  return { ...rest, effective };
}

/** What a change is besides its hours. */
export interface Origin {
  version: number;
  replaces?: number | undefined;
  restores?: number | undefined;
}

/** The form as the gateway takes it. */
export function inputOf({ effective, ...form }: HoursForm, { version, replaces, restores }: Origin, timeZone: string): HoursInput {
  return {
    hours: { ...form, max_orders_per_slot: form.max_orders_per_slot ?? null, version },
    effective_at: effective ? instantOf(effective, timeZone) : null,
    replaces: replaces ?? null,
    restores: restores ?? null,
  };
}

/** What a preview is asked about a change. */
export function plannedBy({ hours, effective_at, replaces }: HoursInput): PreviewInput {
  return { hours: { hours, effective_at: effective_at ?? null, replaces: replaces ?? null } };
}

/** What a method has for itself; one that has nothing follows the branch. */
export function ownOf(own: readonly MethodHours[], method: Method): MethodHours {
  return own.find((one) => one.method === method) ?? { method, own_week: false, periods: [], last_order_minutes: null, lead_minutes: null };
}

/** The methods with one of them changed; one that follows the branch in everything is left out. */
export function withOwn(own: readonly MethodHours[], changed: MethodHours): MethodHours[] {
  const others = own.filter((one) => one.method !== changed.method);
  const differs = changed.own_week || (changed.last_order_minutes ?? null) !== null || (changed.lead_minutes ?? null) !== null;
  return [...others, ...(differs ? [{ ...changed, periods: changed.own_week ? changed.periods : [] }] : [])].toSorted(
    (a, b) => methods.indexOf(a.method) - methods.indexOf(b.method),
  );
}

/** The week a method follows. */
export function weekOf(form: { periods: Period[]; methods: readonly MethodHours[] }, method: Method): Period[] {
  const own = ownOf(form.methods, method);
  return own.own_week ? (own.periods ?? []) : form.periods;
}

/** The usual time for a prepared change: tomorrow, when the business day turns over. */
export function tomorrowAt(now: Date, timeZone: string, cutoffMinutes: number): string {
  const tomorrow = formatDate(new Date(now.getTime() + 86_400_000), timeZone);
  const [hour, minute] = [Math.floor(cutoffMinutes / 60), cutoffMinutes % 60];
  return `${tomorrow}T${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}

/** Versions that can be brought back: not the one in force, and none that waits. */
export function canRestore(version: HoursVersion): boolean {
  return version.state === "past" || version.state === "withdrawn";
}
