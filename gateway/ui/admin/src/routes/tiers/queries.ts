import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { TierProgramme, TierProgrammeVersion, TierRules } from "../../data/types";
import type { Scope } from "../membership/programmes";
import type { TiersDraft } from "./rules";

/** How many members rules would move; nothing is stored. */
export const tiersPreviewQuery = (programme: TierProgramme | undefined, scope: Scope, rules: TierRules) =>
  queryOptions({
    queryKey: [...keys.tierProgrammes(), "preview", programme?.programme_id ?? scope, rules],
    queryFn: () =>
      call("POST", "/api/admin/tiers/programmes/preview", {
        body: programme ? { programme_id: programme.programme_id, rules } : { scope: scope.scope, ...(scope.brand_id ? { brand_id: scope.brand_id } : {}), rules },
      }),
    placeholderData: keepPreviousData,
    retry: false,
  });

interface SavedTiers {
  programme: TierProgramme | undefined;
  scope: Scope;
  rules: TierRules;
  mode: TiersDraft["mode"];
  replacements: { tier_id: string; to_place: number }[];
  effective_at: string | undefined;
  replaces: number | undefined;
}

/** The body that saves tiers: a first version of a new programme, or another one. */
export function saveBody({ programme, scope, rules, mode, replacements, effective_at, replaces }: SavedTiers) {
  return {
    ...(programme ? { programme_id: programme.programme_id } : {}),
    version: programme?.version ?? 0,
    scope: scope.scope,
    ...(scope.brand_id ? { brand_id: scope.brand_id } : {}),
    ...(effective_at ? { effective_at } : {}),
    rules,
    mode,
    replacements,
    ...(replaces ? { replaces_version: replaces } : {}),
  };
}

/** Saves tiers. */
export function saveTiers(body: ReturnType<typeof saveBody>, key: string) {
  return call("POST", "/api/admin/tiers/programmes", { body, key });
}

/** Withdraws tiers that wait for their time. */
export function withdrawTiers({ programme_id, version }: TierProgramme, withdrawn: TierProgrammeVersion) {
  return call("POST", "/api/admin/tiers/programmes/{programme_id}/versions/{withdrawn_version}/withdraw", {
    path: { programme_id, withdrawn_version: withdrawn.version }, body: { version },
  });
}
