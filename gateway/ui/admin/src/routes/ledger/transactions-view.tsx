import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { formatDate, formatDateTime, formatMoney } from "@yizhimai/kit";
import { Button, Checkbox, DatePicker, Select, Tag } from "antd";
import dayjs from "dayjs";

import type { LedgerAccount, LedgerTransaction } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { ListPage, type ListColumn } from "../../patterns/list-page";
import { EmptyState } from "../../patterns/states";
import { may } from "../../session/may";
import styles from "./ledger.module.css";
import { transactionsQuery } from "./queries";
import { accounts, periodOf, type LedgerSearch } from "./search";
import { texts } from "./texts";
import { detailOf, happened, route } from "./words";

/** Days from the first to the last that can be listed. */
const MOST_DAYS = 365;

interface TransactionsViewProps {
  brandId: string;
  search: LedgerSearch;
  onFilter: (next: Partial<LedgerSearch>) => void;
  onPages: (pages: string[]) => void;
}

interface Row {
  transaction: LedgerTransaction;
  when: string;
  what: string;
  detail: string;
  route: string;
  amount: string;
  orderText: string;
  /** Where the order is shown; absent without an order or without the permission. */
  orderPath: string | undefined;
  branch: string;
  testWord: string;
}

const columns: readonly ListColumn<Row>[] = [
  { key: "when", title: texts.when, fixed: true, render: (row) => <span className="tabular">{row.when}</span> },
  {
    key: "what", title: texts.what, fixed: true,
    render: (row) => (
      <div className={styles.what}>
        <strong>{row.what}</strong> {row.transaction.test ? <Tag>{row.testWord}</Tag> : null}
        {row.detail ? <div className={styles.soft}>{row.detail}</div> : null}
      </div>
    ),
  },
  { key: "route", title: texts.routeTitle, render: (row) => <span className={styles.what}>{row.route}</span> },
  { key: "amount", title: texts.amount, fixed: true, align: "right", render: (row) => <strong className="tabular">{row.amount}</strong> },
  {
    key: "order", title: texts.order,
    render: ({ orderPath, orderText, transaction }) =>
      orderPath ? (
        <Link to={orderPath as LinkProps["to"]} search={{ order: transaction.order_id } as never} className="tabular">
          {orderText}
        </Link>
      ) : (
        <span className="tabular">{transaction.order_number || "—"}</span>
      ),
  },
  { key: "branch", title: texts.branch, render: (row) => row.branch },
];

/** What was booked within a period. */
export function TransactionsView({ brandId, search, onFilter, onPages }: TransactionsViewProps) {
  const t = useT();
  const { timeZone, branches } = useScope();
  const seesOrders = may(useMe(), "ops.orders");
  const today = formatDate(new Date(), timeZone);
  const query = useQuery(transactionsQuery(brandId, search, timeZone, today));
  const rows = query.data?.transactions.map((transaction) => ({
    transaction,
    when: formatDateTime(transaction.occurred_at, timeZone),
    what: happened(t, transaction),
    detail: detailOf(t, transaction),
    route: route(t, transaction),
    amount: formatMoney(transaction.amount, transaction.currency),
    orderText: transaction.order_number || t(texts.orderUnknown),
    orderPath: seesOrders && transaction.order_id ? paths.orders(transaction.branch_id) : undefined,
    branch: branches.find((one) => one.branch_id === transaction.branch_id)?.name ?? "—",
    testWord: t(texts.test),
  }));
  const filtered = Boolean(search.account ?? search.from ?? search.until ?? search.tests);
  return (
    <ListPage<Row>
      name="ledger"
      columns={columns}
      rowKey={({ transaction }) => transaction.transaction_id}
      rows={rows}
      error={query.error}
      updatedAt={query.dataUpdatedAt}
      refetch={() => void query.refetch()}
      pages={search.pages ?? []}
      nextToken={query.data?.next_page_token}
      onPages={onPages}
      filters={<Filters search={search} today={today} onChange={onFilter} />}
      empty={
        <EmptyState
          title={t(texts.none)}
          hint={t(texts.noneHint)}
          action={filtered ? <Button onClick={() => onFilter({ account: undefined, from: undefined, until: undefined, tests: undefined })}>{t(common.listClearFilters)}</Button> : null}
        />
      }
    />
  );
}

function Filters({ search, today, onChange }: { search: LedgerSearch; today: string; onChange: (next: Partial<LedgerSearch>) => void }) {
  const t = useT();
  const { from, until } = periodOf(search, today);
  return (
    <>
      <DatePicker.RangePicker
        aria-label={t(texts.period)}
        title={t(texts.longPeriod)}
        allowClear={false}
        style={{ flex: "1 1 240px", maxWidth: 280 }}
        maxDate={dayjs(today)}
        disabledDate={(day, { from: first }) => first !== undefined && Math.abs(day.diff(first, "day")) > MOST_DAYS}
        value={[dayjs(from), dayjs(until)]}
        onChange={(_, [first, last]) => onChange({ from: first, until: last })}
      />
      <Select<LedgerAccount>
        allowClear
        style={{ minWidth: 150, flex: "1 1 150px", maxWidth: 220 }}
        aria-label={t(texts.accountLabel)}
        placeholder={t(texts.allAccounts)}
        value={search.account}
        onChange={(account?: LedgerAccount) => onChange({ account })}
        options={accounts.map((one) => ({ value: one, label: t(texts.account[one]) }))}
      />
      <Checkbox className={styles.tests ?? ""} checked={search.tests ?? false} onChange={({ target }) => onChange({ tests: target.checked })}>
        {t(texts.tests)}
      </Checkbox>
    </>
  );
}
