import { useInfiniteQuery } from "@tanstack/react-query";
import { formatDateTime } from "@yizhimai/kit";
import { Button, Flex, Skeleton } from "antd";

import type { HoursVersion } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { EmptyState, ErrorState } from "../../patterns/states";
import { may } from "../../session/may";
import { canRestore } from "./draft";
import styles from "./hours.module.css";
import { versionsQuery } from "./queries";
import { texts } from "./texts";
import { WeekText } from "./week-text";

/** 變更紀錄: every version of the hours, each to be brought back. */
export function History({ branchId, onRestore }: { branchId: string; onRestore: (version: HoursVersion) => void }) {
  const t = useT();
  const { timeZone } = useScope();
  const manages = may(useMe(), "store.hours", "manage");
  const query = useInfiniteQuery(versionsQuery(branchId));
  const versions = query.data?.pages.flatMap((page) => page.versions);
  if (query.isError && !versions) return <ErrorState thrown={query.error} onRetry={() => void query.refetch()} />;
  if (!versions) return <Skeleton active paragraph={{ rows: 8 }} />;
  if (versions.length === 0) return <EmptyState title={t(texts.historyNone)} hint={t(texts.historyNoneHint)} />;
  return (
    <>
      <ol className={styles.versions}>
        {versions.map((one) => (
          <li key={one.number}>
            <Flex gap={8} align="center" wrap>
              <strong>{t(texts.historyNumber, { number: one.number })}</strong>
              <span className={styles.tag} data-kind={one.state}>{t(texts.hoursVersion[one.state])}</span>
              <span className={styles.hint}>{t(texts.historyFrom, { time: formatDateTime(one.effective_at, timeZone) })}</span>
            </Flex>
            <WeekText periods={one.hours.periods} />
            {one.hours.methods.filter((own) => own.own_week).map((own) => (
              <div key={own.method}>
                <span className={styles.hint}>{t(common.method[own.method])}</span>
                <WeekText periods={own.periods ?? []} />
              </div>
            ))}
            <Flex gap={8} align="center" justify="space-between" wrap>
              <span className={styles.hint}>
                {[
                  t(texts.pendingBy, { name: one.saved_by ?? "—", time: formatDateTime(one.saved_at, timeZone) }),
                  one.restored_from ? t(texts.historyRestored, { number: one.restored_from }) : "",
                  one.withdrawn_at ? t(texts.historyWithdrawn, { name: one.withdrawn_by ?? "—", time: formatDateTime(one.withdrawn_at, timeZone) }) : "",
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
              {manages && canRestore(one) ? (
                <Button aria-label={t(texts.historyRestoreNamed, { number: one.number })} onClick={() => onRestore(one)}>
                  {t(texts.historyRestore)}
                </Button>
              ) : null}
            </Flex>
          </li>
        ))}
      </ol>
      {query.hasNextPage ? (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t(texts.historyMore)}
        </Button>
      ) : null}
    </>
  );
}
