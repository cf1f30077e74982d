import type { Brand, Me, ProgrammeScope, VersionState } from "../../data/types";
import type { T } from "../../i18n";
import { texts } from "./texts";

/** Whose customers a programme counts together. */
export interface Scope {
  scope: ProgrammeScope;
  brand_id?: string | null | undefined;
}

interface Version {
  version: number;
  state: VersionState;
  effective_at: string;
}

/** A programme of points or of tiers: its scope and its versions, latest start first. */
export interface Programme<V extends Version> extends Scope {
  programme_id: string;
  version: number;
  versions: V[];
}

/** 「全部品牌」, or the brand. */
export function scopeName(t: T, { scope, brand_id }: Scope, brands: readonly Brand[]): string {
  if (scope === "organisation") return t(texts.scopeAll);
  return brands.find((brand) => brand.brand_id === brand_id)?.name ?? t(texts.scopeBrand);
}

/** The version that counts now; none before the first one starts. */
export function inForce<V extends Version>({ versions }: Programme<V>): V | undefined {
  return versions.find(({ state }) => state === "in_force");
}

/** Versions that wait for their time, the next one first. */
export function pending<V extends Version>({ versions }: Programme<V>): V[] {
  return versions.filter(({ state }) => state === "pending").toReversed();
}

/** Versions that count no more, latest first. */
export function past<V extends Version>({ versions }: Programme<V>): V[] {
  return versions.filter(({ state }) => state === "past" || state === "withdrawn");
}

/** Whether the account may change a programme of that scope. */
export function mayEdit(me: Me, { scope, brand_id }: Scope): boolean {
  const { organisation, brand_ids } = me.account.scope;
  return organisation || (scope === "brand" && brand_ids.includes(brand_id ?? ""));
}

/** Scopes that the account may begin a programme for: one programme never counts for the same brand as another. */
export function freeScopes(programmes: readonly Scope[], brands: readonly Brand[], me: Me): Scope[] {
  if (programmes.some(({ scope }) => scope === "organisation")) return [];
  const ofBrands = brands
    .filter(({ brand_id }) => !programmes.some((one) => one.brand_id === brand_id))
    .map(({ brand_id }): Scope => ({ scope: "brand", brand_id }));
  const all: Scope[] = programmes.length === 0 ? [{ scope: "organisation" }, ...ofBrands] : ofBrands;
  return all.filter((one) => mayEdit(me, one));
}

/** Key of a scope in a list of choices. */
export function scopeKey({ scope, brand_id }: Scope): string {
  return scope === "organisation" ? scope : (brand_id ?? "");
}
