import { useInfiniteQuery } from "@tanstack/react-query";
import { formatDateTime } from "@yizhimai/kit";
import { Button, Skeleton } from "antd";
import { useState } from "react";

import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { EmptyState, ErrorState } from "../../patterns/states";
import { pauseName } from "./names";
import styles from "./pauses.module.css";
import { endedPausesQuery } from "./queries";
import { texts } from "./texts";

/** 暫停紀錄: what was paused, how long, and how it ended. */
export function PauseHistory({ branchId }: { branchId: string }) {
  const t = useT();
  const { timeZone } = useScope();
  const [open, setOpen] = useState(false);
  const query = useInfiniteQuery({ ...endedPausesQuery(branchId), enabled: open });
  const pauses = query.data?.pages.flatMap((page) => page.pauses);
  return (
    <section aria-label={t(texts.history)}>
      <Button block size="large" aria-expanded={open} onClick={() => setOpen(!open)} style={{ marginTop: 24 }}>
        {t(open ? texts.historyHide : texts.historyShow)}
      </Button>
      {open && query.isError ? <ErrorState thrown={query.error} onRetry={() => void query.refetch()} /> : null}
      {open && query.isLoading ? <Skeleton active style={{ marginTop: 16 }} /> : null}
      {open && pauses?.length === 0 ? <EmptyState title={t(texts.historyNone)} /> : null}
      {open && pauses && pauses.length > 0 ? (
        <ul className={styles.list} style={{ marginTop: 12 }}>
          {pauses.map((pause) => (
            <li key={pause.pause_id} className={styles.line}>
              <span className={styles.what}>
                <strong>{pauseName(t, pause)}</strong>
                <span className="tabular">
                  {formatDateTime(pause.started_at, timeZone)} – {formatDateTime(pause.ended_at, timeZone)}
                </span>
                <span>
                  {t(texts.reasons[pause.reason])} · {t(texts.by, { name: pause.started_by })} · {pause.ended_by ? t(texts.endedBy, { name: pause.ended_by }) : t(pause.ending === "restocked" ? texts.endingRestocked : texts.endingTime)}
                </span>
                {pause.note ? <span>「{pause.note}」</span> : null}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      {open && query.hasNextPage ? (
        <Button block loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()} style={{ marginTop: 8 }}>
          {t(common.listMore)}
        </Button>
      ) : null}
    </section>
  );
}
