import { useInfiniteQuery } from "@tanstack/react-query";
import { formatDateTime } from "@yizhimai/kit";
import { Button, Skeleton, Timeline } from "antd";

import type { StockMovement } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { EmptyState, ErrorState } from "../../patterns/states";
import { movementsQuery } from "./queries";
import { texts } from "./texts";

/** Every movement of one unit, newest first. */
export function Journal({ branchId, skuId }: { branchId: string; skuId: string }) {
  const t = useT();
  const { timeZone, branches } = useScope();
  const branchName = ({ kind, other_branch_id }: StockMovement) => {
    const name = branches.find((one) => one.branch_id === other_branch_id)?.name ?? t(texts.otherBranch);
    return t(kind === "transferred_in" ? texts.from : texts.to, { name });
  };
  const query = useInfiniteQuery(movementsQuery(branchId, skuId));
  const movements = query.data?.pages.flatMap((page) => page.movements);
  return (
    <section aria-label={t(texts.journal)}>
      <h3 style={{ marginBottom: 16 }}>{t(texts.journal)}</h3>
      {query.isError ? <ErrorState thrown={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isLoading ? <Skeleton active /> : null}
      {movements?.length === 0 ? <EmptyState title={t(texts.journalNone)} /> : null}
      <Timeline
        items={movements?.map((one) => ({
          key: one.movement_id,
          content: (
            <div className="tabular">
              <strong>
                {t(texts.movement[one.kind])} {one.quantity > 0 ? `+${String(one.quantity)}` : one.quantity}
              </strong>{" "}
              → {t(texts.after, { count: one.on_hand_after })}
              <div style={{ color: "var(--ink-2)" }}>
                {formatDateTime(one.at, timeZone)} · {one.actor ?? t(common.actorSystem)}
                {one.business_day ? ` · ${one.business_day}` : ""}
                {one.other_branch_id ? ` · ${branchName(one)}` : ""}
                {one.reason ? ` · ${one.reason}` : ""}
              </div>
            </div>
          ),
        }))}
      />
      {query.hasNextPage ? (
        <Button block loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t(common.listMore)}
        </Button>
      ) : null}
    </section>
  );
}
