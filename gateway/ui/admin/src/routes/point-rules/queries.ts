import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { PointsProgramme, PointsProgrammeVersion, PointsRules } from "../../data/types";
import type { Scope } from "../membership/programmes";

/** Orders that people know by heart. */
const examples = [50, 116, 200, 500];

/** What rules would change; nothing is stored. */
export const pointsPreviewQuery = (programmeId: string | undefined, rules: PointsRules) =>
  queryOptions({
    queryKey: [...keys.pointProgrammes(), "preview", programmeId, rules],
    queryFn: () => call("POST", "/api/admin/points/programmes/preview", { body: { ...(programmeId ? { programme_id: programmeId } : {}), rules, goods: examples } }),
    placeholderData: keepPreviousData,
    retry: false,
  });

interface SavedRules {
  programme: PointsProgramme | undefined;
  scope: Scope;
  rules: PointsRules;
  effective_at: string | undefined;
  replaces: number | undefined;
}

/** The body that saves rules: a first version of a new programme, or another one. */
export function saveBody({ programme, scope, rules, effective_at, replaces }: SavedRules) {
  return {
    ...(programme ? { programme_id: programme.programme_id } : {}),
    version: programme?.version ?? 0,
    scope: scope.scope,
    ...(scope.brand_id ? { brand_id: scope.brand_id } : {}),
    ...(effective_at ? { effective_at } : {}),
    rules,
    ...(replaces ? { replaces_version: replaces } : {}),
  };
}

/** Saves rules. */
export function savePointRules(body: ReturnType<typeof saveBody>, key: string) {
  return call("POST", "/api/admin/points/programmes", { body, key });
}

/** Withdraws rules that wait for their time. */
export function withdrawPointRules({ programme_id, version }: PointsProgramme, withdrawn: PointsProgrammeVersion) {
  return call("POST", "/api/admin/points/programmes/{programme_id}/versions/{withdrawn_version}/withdraw", {
    path: { programme_id, withdrawn_version: withdrawn.version }, body: { version },
  });
}
