import type { UseQueryResult } from "@tanstack/react-query";
import { Link, useNavigate, type LinkProps } from "@tanstack/react-router";
import { formatDateTime } from "@yizhimai/kit";
import { Tag } from "antd";

import type { Settlement, SettlementList } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT, type T } from "../../i18n";
import { paths } from "../../paths";
import { ListPage, type ListColumn } from "../../patterns/list-page";
import { EmptyState } from "../../patterns/states";
import { formatExact } from "./amounts";
import styles from "./settlements.module.css";
import { texts } from "./texts";
import { openDifferences } from "./words";

interface Row {
  settlement: Settlement;
  path: string;
  imported: string;
  state: string;
  differs: boolean;
}

const columns: readonly ListColumn<Row>[] = [
  { key: "paidOn", title: texts.paidOn, fixed: true, render: ({ settlement }) => <span className="tabular">{settlement.paid_on}</span> },
  {
    key: "file", title: texts.file, fixed: true,
    render: ({ settlement, path }) => (
      <span className={styles.what}>
        <Link to={path as LinkProps["to"]}>
          <strong>{settlement.file_name}</strong>
        </Link>
        <br />
        <span className={styles.soft}>{settlement.account_name}</span>
      </span>
    ),
  },
  { key: "open", title: texts.open, fixed: true, render: ({ state, differs }) => <Tag color={differs ? "warning" : "success"}>{state}</Tag> },
  { key: "rows", title: texts.rows, align: "right", render: ({ settlement }) => <span className="tabular">{settlement.row_count}</span> },
  { key: "amount", title: texts.amount, align: "right", render: ({ settlement }) => <span className="tabular">{formatExact(settlement.sums.amount_e4, settlement.currency)}</span> },
  { key: "fee", title: texts.fee, align: "right", render: ({ settlement }) => <span className="tabular">{formatExact(settlement.sums.fee_e4, settlement.currency)}</span> },
  { key: "net", title: texts.net, align: "right", render: ({ settlement }) => <strong className="tabular">{formatExact(settlement.sums.net_e4, settlement.currency)}</strong> },
  { key: "imported", title: texts.importedBy, render: (row) => row.imported },
];

interface FilesViewProps {
  brandId: string;
  query: UseQueryResult<SettlementList>;
  pages: string[];
  onPages: (pages: string[]) => void;
}

/** The files that were imported, the last one first. */
export function FilesView({ brandId, query, pages, onPages }: FilesViewProps) {
  const t = useT();
  const navigate = useNavigate();
  const { timeZone } = useScope();
  const rows = query.data?.settlements.map((settlement) => rowOf(t, brandId, settlement, timeZone));
  return (
    <ListPage<Row>
      name="settlements"
      columns={columns}
      rowKey={({ settlement }) => settlement.settlement_id}
      rows={rows}
      error={query.error}
      updatedAt={query.dataUpdatedAt}
      refetch={() => void query.refetch()}
      pages={pages}
      nextToken={query.data?.next_page_token}
      onPages={onPages}
      onOpen={({ path }) => void navigate({ to: path as LinkProps["to"] })}
      filters={null}
      empty={<EmptyState title={t(texts.none)} hint={t(texts.noneHint)} />}
    />
  );
}

function rowOf(t: T, brandId: string, settlement: Settlement, timeZone: string): Row {
  const open = openDifferences(settlement);
  const calm = settlement.decided_count > 0 ? t(texts.decidedAll) : t(texts.clean);
  return {
    settlement,
    path: paths.settlement(brandId, settlement.settlement_id),
    imported: t(texts.importedByAt, { name: settlement.imported_by, time: formatDateTime(settlement.imported_at, timeZone) }),
    state: open > 0 ? t(texts.openCount, { count: open }) : calm,
    differs: open > 0,
  };
}
