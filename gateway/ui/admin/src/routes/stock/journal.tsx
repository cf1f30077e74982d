import { useInfiniteQuery } from "@tanstack/react-query";
import { formatDateTime } from "@yizhimai/kit";
import { Button, Skeleton, Timeline } from "antd";

import type { StockMovement } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { EmptyState, ErrorState } from "../../patterns/states";
import { movementsQuery } from "./queries";

/** Every movement of one unit, newest first. */
export function Journal({ branchId, skuId }: { branchId: string; skuId: string }) {
  const t = useT();
  const { timeZone, branches } = useScope();
  const branchName = ({ kind, other_branch_id }: StockMovement) => {
    const name = branches.find((one) => one.branch_id === other_branch_id)?.name ?? t("stock.otherBranch");
    return t(kind === "transferred_in" ? "stock.from" : "stock.to", { name });
  };
  const query = useInfiniteQuery(movementsQuery(branchId, skuId));
  const movements = query.data?.pages.flatMap((page) => page.movements);
  return (
    <section aria-label={t("stock.journal")}>
      <h3 style={{ marginBottom: 16 }}>{t("stock.journal")}</h3>
      {query.isError ? <ErrorState thrown={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isLoading ? <Skeleton active /> : null}
      {movements?.length === 0 ? <EmptyState title={t("stock.journalNone")} /> : null}
      <Timeline
        items={movements?.map((one) => ({
          key: one.movement_id,
          content: (
            <div className="tabular">
              <strong>
                {t(`movement.${one.kind}`)} {one.quantity > 0 ? `+${String(one.quantity)}` : one.quantity}
              </strong>{" "}
              → {t("stock.after", { count: one.on_hand_after })}
              <div style={{ color: "var(--ink-2)" }}>
                {formatDateTime(one.at, timeZone)} · {one.actor ?? t("actor.system")}
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
          {t("list.more")}
        </Button>
      ) : null}
    </section>
  );
}
