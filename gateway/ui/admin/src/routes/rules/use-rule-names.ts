import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { may } from "../../session/may";
import { branchMenuQuery } from "../pauses/queries";
import { menuNames } from "./products";
import { type RuleNames, type RuleWords } from "./sentence";
import { texts } from "./sentence-texts";

/** Tiers of the programmes in force, by the brand's name for them. */
const tiersQuery = queryOptions({
  queryKey: keys.ruleTiers(),
  queryFn: async () => {
    const { programmes } = await call("GET", "/api/admin/tiers/programmes");
    const inForce = programmes.flatMap(({ versions }) => versions.find(({ effective_at }) => Date.parse(effective_at) <= Date.now()) ?? versions.slice(-1));
    return inForce.flatMap(({ rules }) => rules.tiers).map(({ tier_id, name }) => ({ id: tier_id, name }));
  },
});

/** Tags that can be given. */
const tagsQuery = queryOptions({
  queryKey: keys.ruleTags(),
  queryFn: async () => (await call("GET", "/api/admin/tags")).tags.map(({ tag_id, name }) => ({ id: tag_id, name })),
});

const none: readonly { id: string; name: string }[] = [];

/** What rules can name of members: tiers and tags, as far as the account may see them. */
export function useAudiences() {
  const me = useMe();
  const tiers = useQuery({ ...tiersQuery, enabled: may(me, "member.vip") });
  const tags = useQuery({ ...tagsQuery, enabled: may(me, "member.tags") });
  return { tiers: tiers.data ?? none, tags: tags.data ?? none };
}

/** The published menu of the branch worked in: what rules can be about. */
export function useRuleMenu() {
  const { brand, branch } = useScope();
  return useQuery(branchMenuQuery(brand?.slug ?? "", branch?.slug ?? ""));
}

/** Everything that sentences of rules need. */
export function useRuleWords(): RuleWords {
  const t = useT();
  const { brand, branches, timeZone } = useScope();
  const { data: menu } = useRuleMenu();
  const { tiers, tags } = useAudiences();
  const currency = brand?.currency ?? "TWD";
  return useMemo(() => {
    const { category, product, variant } = menuNames(menu);
    const of = (map: ReadonlyMap<string, string>) => (id: string) => map.get(id) ?? t(texts.gone);
    const named = (all: readonly { id: string; name: string }[]) => (id: string) => all.find((one) => one.id === id)?.name ?? "…";
    const names: RuleNames = {
      category: of(category), product: of(product), variant: of(variant),
      branch: (id) => branches.find(({ branch_id }) => branch_id === id)?.name ?? "…",
      tier: named(tiers), tag: named(tags),
    };
    return { t, currency, timeZone, names };
  }, [menu, branches, tiers, tags, t, currency, timeZone]);
}
