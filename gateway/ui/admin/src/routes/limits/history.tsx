import { useInfiniteQuery } from "@tanstack/react-query";
import { formatDateTime } from "@yizhimai/kit";
import { Button, Flex, Skeleton } from "antd";

import type { LimitRule } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { EmptyState, ErrorState } from "../../patterns/states";
import { texts as hoursTexts } from "../hours/texts";
import styles from "./limits.module.css";
import { limitVersionsQuery } from "./queries";
import type { Words } from "./sentence";
import { Sentences } from "./templates";
import { texts } from "./texts";

interface LimitHistoryProps {
  branchId: string;
  /** The version in force. */
  version: number;
  words: Words;
  manages: boolean;
  onRestore: (rules: readonly LimitRule[]) => void;
  onClose: () => void;
}

/** 變更紀錄: who changed the limits, when and why; each can be brought back into the list. */
export function LimitHistory({ branchId, version, words, manages, onRestore, onClose }: LimitHistoryProps) {
  const t = useT();
  const { timeZone } = useScope();
  const query = useInfiniteQuery(limitVersionsQuery(branchId));
  const versions = query.data?.pages.flatMap((page) => page.versions);
  return (
    <DetailDrawer open title={t(texts.history)} onClose={onClose}>
      {query.isError && !versions ? <ErrorState thrown={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isLoading ? <Skeleton active paragraph={{ rows: 8 }} /> : null}
      {versions?.length === 0 ? <EmptyState title={t(texts.historyNone)} /> : null}
      <ol className={styles.versions}>
        {versions?.map((one) => (
          <li key={one.version}>
            <Flex gap={8} align="center" wrap>
              <strong>{t(hoursTexts.historyNumber, { number: one.version })}</strong>
              {one.version === version ? <span className={styles.levelTag} data-level="low">{t(texts.inForce)}</span> : null}
            </Flex>
            <span className={styles.soft}>{t(hoursTexts.pendingBy, { name: one.changed_by || "—", time: formatDateTime(one.changed_at, timeZone) })}</span>
            {one.note ? <span>{one.note}</span> : null}
            <Sentences rules={one.rules} words={words} />
            {manages && one.version !== version ? (
              <Button aria-label={t(hoursTexts.historyRestoreNamed, { number: one.version })} onClick={() => onRestore(one.rules)}>{t(hoursTexts.historyRestore)}</Button>
            ) : null}
          </li>
        ))}
      </ol>
      {query.hasNextPage ? <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t(hoursTexts.historyMore)}</Button> : null}
    </DetailDrawer>
  );
}
