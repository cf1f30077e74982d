import { useScope } from "../../frame/use-scope";
import { useTiers } from "../membership/use-names";
import type { RuleNames } from "./rule-words";

/** Names of what rules of tags are about. */
export function useRuleNames(): RuleNames {
  const { brands, branches } = useScope();
  const tiers = useTiers();
  return {
    tier: (id) => tiers.get(id)?.name,
    brand: (id) => brands.find(({ brand_id }) => brand_id === id)?.name,
    branch: (id) => branches.find(({ branch_id }) => branch_id === id)?.name,
  };
}
