import type { AuditEntry } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { texts } from "./texts";

/** Says who acted, and for whom where that is somebody else. */
export function useWho(): (record: AuditEntry) => string {
  const t = useT();
  return ({ actor_kind, actor_id, account_name, on_behalf_of }) => {
    switch (actor_kind) {
      case "staff":
        return account_name ?? actor_id;
      case "customer":
        return t(common.actorCustomer);
      case "nobody":
        return account_name ?? t(texts.nobody);
      default:
        return on_behalf_of && account_name ? account_name : `${t(common.actorSystem)} ${actor_id}`;
    }
  };
}

/** Puts the names of branches in place of their ids. */
export function useBranchNames(): (text: string) => string {
  const { branches } = useScope();
  return (text) => branches.reduce((named, branch) => named.replaceAll(branch.branch_id, branch.name), text);
}

/** Says which branch or brand it concerned. */
export function usePlaceName(): (record: AuditEntry) => string {
  const { brands, branches } = useScope();
  return ({ brand_id, branch_id }) =>
    branches.find((branch) => branch.branch_id === branch_id)?.name ?? brands.find((brand) => brand.brand_id === brand_id)?.name ?? branch_id ?? brand_id ?? "—";
}
