import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import type { GivingDraft, GivingRule, GivingState } from "../../data/benefit-types";
import { call } from "../../data/gateway";
import { keys } from "../../data/keys";

const PAGE = 100;

/** Rules that give coupons: of one kind of coupon or of all, the last created first. */
export const givingRulesQuery = (templateId: string | undefined, withEnded: boolean) =>
  infiniteQueryOptions({
    queryKey: [...keys.givingRules(), templateId ?? "", withEnded],
    queryFn: ({ pageParam }) =>
      call("GET", "/api/admin/giving-rules", { query: { template_id: templateId, with_ended: withEnded || undefined, page_size: PAGE, page_token: pageParam || undefined } }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_page_token || undefined,
  });

/** Kinds of coupons of a brand that can be given. */
export const giveableTemplatesQuery = (brandId: string) =>
  queryOptions({
    queryKey: [...keys.couponTemplates(brandId), "giveable"],
    queryFn: async () => {
      const { templates } = await call("GET", "/api/admin/coupon-templates", { query: { brand_id: brandId, page_size: PAGE } });
      return templates.filter(({ state }) => state === "active" || state === "draft");
    },
  });

/** Saves a rule, a new one without its id and version. */
export async function saveGivingRule(stored: GivingRule | undefined, rule: GivingDraft, key: string): Promise<GivingRule> {
  if (!stored) return (await call("POST", "/api/admin/giving-rules", { body: { rule }, key })).rule;
  const { rule_id, version } = stored;
  return (await call("PUT", "/api/admin/giving-rules/{rule_id}", { path: { rule_id }, body: { version, rule } })).rule;
}

/** Pauses a rule, lets it act again or ends it. */
export async function changeGivingState({ rule_id, version }: GivingRule, state: GivingState): Promise<GivingRule> {
  return (await call("POST", "/api/admin/giving-rules/{rule_id}/state", { path: { rule_id }, body: { version, state } })).rule;
}
