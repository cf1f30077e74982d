import { useQuery } from "@tanstack/react-query";

import { accountsQuery } from "../data/shared-queries";
import { useMe } from "../frame/use-scope";
import { useT } from "../i18n";
import { common } from "../i18n/common";
import { may } from "../session/may";

/** Names of accounts by their ids; one that may not be seen is a colleague, none is the platform. */
export function useAccountNames(): (accountId: string | null | undefined) => string {
  const t = useT();
  const me = useMe();
  const { data } = useQuery({ ...accountsQuery, enabled: may(me, "staff.accounts") });
  return (accountId) => {
    if (!accountId) return t(common.actorSystem);
    if (accountId === me.account.account_id) return me.account.name;
    return data?.accounts.find((one) => one.account_id === accountId)?.name ?? t(common.actorColleague);
  };
}
