import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { MemberFilter } from "../../data/types";
import { filterOf, type MemberSearch } from "./search";

/** A page of members as filtered. */
export const membersQuery = (search: MemberSearch, text: string, timeZone: string) =>
  queryOptions({
    queryKey: [...keys.members(), search, text, timeZone],
    queryFn: () =>
      call("POST", "/api/admin/members/find", {
        body: { filter: filterOf(search, text, timeZone, Date.now()), sort: search.sort ?? null, page_size: 50, page_token: search.pages?.at(-1) ?? "" },
      }),
    placeholderData: keepPreviousData,
  });

/** The first members that a text finds, for jumping to one of them. */
export const foundMembersQuery = (text: string) =>
  queryOptions({
    queryKey: [...keys.members(), "found", text],
    queryFn: () => call("POST", "/api/admin/members/find", { body: { filter: { text, states: [] } as MemberFilter, page_size: 20 } }),
    enabled: text !== "",
  });

/** Pairs of members that may be one person. */
export const duplicatesQuery = queryOptions({
  queryKey: keys.duplicates(),
  queryFn: async () => (await call("GET", "/api/admin/members/duplicates")).pairs,
});
