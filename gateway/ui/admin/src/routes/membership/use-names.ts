import { useQuery } from "@tanstack/react-query";

import type { Tag, Tier } from "../../data/types";
import { useMe } from "../../frame/use-scope";
import { may } from "../../session/may";
import { inForce } from "./programmes";
import { tagsQuery, tierProgrammesQuery } from "./queries";

const noTiers: ReadonlyMap<string, Tier> = new Map();
const noTags: ReadonlyMap<string, Tag> = new Map();

/** Tiers of all programmes by their ids, the latest rules first; none where the account may not see them. */
export function useTiers(): ReadonlyMap<string, Tier> {
  const { data } = useQuery({ ...tierProgrammesQuery, enabled: may(useMe(), "member.vip") });
  if (!data) return noTiers;
  const tiers = data.flatMap((programme) => {
    const current = inForce(programme);
    return [...programme.versions.filter((one) => one !== current).toReversed(), ...(current ? [current] : [])].flatMap(({ rules }) => rules.tiers);
  });
  return new Map(tiers.flatMap((tier) => (tier.tier_id ? [[tier.tier_id, tier] as const] : [])));
}

/** Tags by their ids; none where the account may not see them. */
export function useTags(): ReadonlyMap<string, Tag> {
  const { data } = useQuery({ ...tagsQuery, enabled: may(useMe(), "member.tags") });
  if (!data) return noTags;
  return new Map(data.tags.map((tag) => [tag.tag_id, tag]));
}
