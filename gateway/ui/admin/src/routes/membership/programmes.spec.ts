import { describe, expect, it } from "vitest";

import { me } from "../../../mock/fixtures";
import type { Brand } from "../../data/types";
import { freeScopes, inForce, pending, type Programme } from "./programmes";

const brand = (brand_id: string): Brand => ({ brand_id, name: brand_id }) as Brand;
const brands = [brand("tea"), brand("bread")];

describe("where a programme can begin", () => {
  it("is everywhere at first, and nowhere once all brands are counted together", () => {
    expect(freeScopes([], brands, me())).toEqual([{ scope: "organisation" }, { scope: "brand", brand_id: "tea" }, { scope: "brand", brand_id: "bread" }]);
    expect(freeScopes([{ scope: "organisation" }], brands, me())).toEqual([]);
  });

  it("is a brand without one, as far as the account works for it", () => {
    expect(freeScopes([{ scope: "brand", brand_id: "tea" }], brands, me())).toEqual([{ scope: "brand", brand_id: "bread" }]);
    const ofTea = me({ scope: { organisation: false, brand_ids: ["tea"], branch_ids: [] } });
    expect(freeScopes([], brands, ofTea)).toEqual([{ scope: "brand", brand_id: "tea" }]);
  });
});

it("tells the version that counts from those that wait, the next one first", () => {
  const version = (number: number, state: "pending" | "in_force" | "past") => ({ version: number, state, effective_at: `2026-0${String(number)}-01T00:00:00Z` });
  const programme: Programme<ReturnType<typeof version>> = {
    programme_id: "p", scope: "organisation", version: 4, versions: [version(4, "pending"), version(3, "pending"), version(2, "in_force"), version(1, "past")],
  };
  expect(inForce(programme)?.version).toBe(2);
  expect(pending(programme).map((one) => one.version)).toEqual([3, 4]);
});
