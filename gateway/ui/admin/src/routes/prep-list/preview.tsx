import type { UseQueryResult } from "@tanstack/react-query";
import { Skeleton } from "antd";

import { useT } from "../../i18n";
import { EmptyState, QueryView } from "../../patterns/states";
import { Slips } from "../print-jobs/slips";
import styles from "./prep-list.module.css";
import { texts } from "./texts";

interface Drawn {
  pages: readonly string[];
  orders: number;
}

/** The list as it would be printed now, and how many orders are in it. */
export function Preview({ query }: { query: UseQueryResult<Drawn> }) {
  const t = useT();
  return (
    <section aria-label={t(texts.preview)}>
      <QueryView query={query} skeleton={<Skeleton active paragraph={{ rows: 8 }} />}>
        {({ pages, orders }) =>
          orders === 0 ? (
            <EmptyState title={t(texts.none)} hint={t(texts.noneHint)} />
          ) : (
            <>
              <h3>{t(texts.preview)}</h3>
              <p className={styles.soft} role="status">{t(texts.orders, { count: orders })} · {t(texts.fresh)}</p>
              <Slips label={t(texts.title)} pages={pages} busy={query.isPlaceholderData} />
            </>
          )
        }
      </QueryView>
    </section>
  );
}
