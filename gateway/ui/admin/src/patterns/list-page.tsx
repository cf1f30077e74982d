import { DownloadOutlined, SettingOutlined } from "@ant-design/icons";
import type { Text } from "@yizhimai/kit";
import { Button, Checkbox, Flex, Popover, Skeleton, Table, type TableColumnType } from "antd";
import { useMemo, useState, type ReactNode } from "react";

import { useT } from "../i18n";
import { common } from "../i18n/common";
import styles from "./patterns.module.css";
import { ErrorState, StaleBar } from "./states";

/** A column of a list; declare them at module level. `fixed` ones cannot be hidden. */
export interface ListColumn<Row> extends Pick<TableColumnType<Row>, "width" | "align"> {
  key: string;
  title: Text;
  fixed?: boolean;
  hidden?: boolean;
  render: (row: Row) => ReactNode;
}

interface ListPageProps<Row extends object> {
  /** Names the list in what the device remembers (columns shown). */
  name: string;
  columns: readonly ListColumn<Row>[];
  rowKey: (row: Row) => string;
  rows: Row[] | undefined;
  total?: number;
  error?: unknown;
  updatedAt: number;
  refetch: () => void;
  /** Keyset pages: the tokens walked so far are in the URL, the last one is the present page. */
  pages: readonly string[];
  nextToken?: string | null;
  onPages: (pages: string[]) => void;
  filters: ReactNode;
  onExport?: () => void;
  bulk?: (rows: Row[], clear: () => void) => ReactNode;
  onOpen?: (row: Row) => void;
  empty: ReactNode;
}

function useColumns<Row>(name: string, columns: readonly ListColumn<Row>[]) {
  const stored = `yzm.columns.${name}`;
  const [hidden, setHidden] = useState<string[]>(() => {
    const kept = localStorage.getItem(stored);
    return kept ? (JSON.parse(kept) as string[]) : columns.filter((column) => column.hidden).map((column) => column.key);
  });
  const store = (next: string[]) => {
    localStorage.setItem(stored, JSON.stringify(next));
    setHidden(next);
  };
  return { hidden, store };
}

/** The one list pattern: filters from the URL, keyset pages, column chooser, bulk actions, export. */
export function ListPage<Row extends object>(props: ListPageProps<Row>) {
  const t = useT();
  const { hidden, store } = useColumns(props.name, props.columns);
  const [chosen, setChosen] = useState<Row[]>([]);
  const clear = () => setChosen([]);
  const shown = useMemo(
    () =>
      props.columns
        .filter((column) => !hidden.includes(column.key))
        .map(({ key, title, width, align, render }) => ({ key, title: t(title), width, align, render: (_: unknown, row: Row) => render(row) })),
    [props.columns, hidden, t],
  );
  if (props.rows === undefined && props.error) return <ErrorState thrown={props.error} onRetry={props.refetch} />;
  return (
    <>
      <div className={styles.filters}>
        {props.filters}
        <Popover
          trigger="click"
          placement="bottomRight"
          title={t(common.listColumns)}
          content={
            <Flex vertical gap={4}>
              {props.columns.filter((column) => !column.fixed).map((column) => (
                <Checkbox
                  key={column.key}
                  checked={!hidden.includes(column.key)}
                  onChange={({ target }) =>
                    store(target.checked ? hidden.filter((key) => key !== column.key) : [...hidden, column.key])
                  }
                >
                  {t(column.title)}
                </Checkbox>
              ))}
            </Flex>
          }
        >
          <Button icon={<SettingOutlined />}>{t(common.listColumns)}</Button>
        </Popover>
        {props.onExport ? (
          <Button icon={<DownloadOutlined />} onClick={props.onExport}>
            {t(common.listExport)}
          </Button>
        ) : null}
      </div>
      {props.rows !== undefined && props.error ? <StaleBar at={props.updatedAt} onRetry={props.refetch} /> : null}
      {chosen.length > 0 && props.bulk ? (
        <div className={styles.bulk} role="region" aria-label={t(common.listBulk)}>
          <strong>{t(common.listChosen, { count: chosen.length })}</strong>
          {props.bulk(chosen, clear)}
          <Button type="text" onClick={clear}>
            {t(common.listClear)}
          </Button>
        </div>
      ) : null}
      <div className={styles.panel}>
        {props.rows === undefined ? (
          <div style={{ padding: 20 }} aria-busy="true">
            <Skeleton active paragraph={{ rows: 10 }} />
          </div>
        ) : (
          <Table<Row>
            columns={shown}
            dataSource={props.rows}
            rowKey={props.rowKey}
            pagination={false}
            size="middle"
            // A table without rows has nothing to focus, so that a keyboard could not scroll it.
            {...(props.rows.length > 0 ? { scroll: { x: "max-content" } } : {})}
            locale={{ emptyText: props.empty }}
            {...(props.bulk
              ? {
                  rowSelection: {
                    selectedRowKeys: chosen.map(props.rowKey),
                    onChange: (_: unknown, rows: Row[]) => setChosen(rows),
                    getCheckboxProps: () => ({ "aria-label": t(common.listChoose) }),
                    getTitleCheckboxProps: () => ({ "aria-label": t(common.listChooseAll) }),
                  },
                }
              : {})}
            onRow={(row) => ({ onDoubleClick: () => props.onOpen?.(row) })}
          />
        )}
        <div className={styles.pager}>
          <span className="tabular" aria-live="polite">
            {props.total === undefined ? "" : t(common.listTotal, { count: props.total > 10_000 ? "10,000+" : props.total })}
          </span>
          <Flex gap={8}>
            <Button disabled={props.pages.length === 0} onClick={() => props.onPages(props.pages.slice(0, -1))}>
              {t(common.listPrevious)}
            </Button>
            <Button disabled={!props.nextToken} onClick={() => props.onPages([...props.pages, props.nextToken ?? ""])}>
              {t(common.listNext)}
            </Button>
          </Flex>
        </div>
      </div>
    </>
  );
}
