import { queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";

/** The points programmes that concern the account. */
export const pointProgrammesQuery = queryOptions({
  queryKey: keys.pointProgrammes(),
  queryFn: async () => (await call("GET", "/api/admin/points/programmes")).programmes,
});

/** The programmes of tiers that concern the account. */
export const tierProgrammesQuery = queryOptions({
  queryKey: keys.tierProgrammes(),
  queryFn: async () => (await call("GET", "/api/admin/tiers/programmes")).programmes,
});

/** All tags of the organisation, archived ones too. */
export const tagsQuery = queryOptions({
  queryKey: keys.tags(),
  queryFn: () => call("GET", "/api/admin/tags", { query: { with_archived: true } }),
});
