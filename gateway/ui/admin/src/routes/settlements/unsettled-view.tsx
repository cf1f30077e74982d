import { useQuery } from "@tanstack/react-query";
import { formatDate, formatDateTime, formatMoney } from "@yizhimai/kit";
import { Alert, Button, Checkbox, Tag } from "antd";

import type { SettlementAccount, UnsettledMoney } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { ListPage, type ListColumn } from "../../patterns/list-page";
import { EmptyState } from "../../patterns/states";
import { OrderLink } from "./order-link";
import { unsettledQuery } from "./queries";
import type { SettlementsSearch } from "./search";
import { texts } from "./texts";

interface Row {
  money: UnsettledMoney;
  when: string;
  due: string;
  kind: string;
  result: string;
  account: string;
  branch: string;
}

const columns: readonly ListColumn<Row>[] = [
  { key: "when", title: texts.occurredAt, fixed: true, render: (row) => <span className="tabular">{row.when}</span> },
  { key: "kind", title: texts.kindLabel, render: (row) => row.kind },
  { key: "amount", title: texts.amount, fixed: true, align: "right", render: ({ money }) => <strong className="tabular">{formatMoney(money.amount, money.currency)}</strong> },
  { key: "result", title: texts.result, fixed: true, render: ({ money, result }) => <Tag color={money.overdue ? "error" : "processing"}>{result}</Tag> },
  { key: "due", title: texts.dueAt, render: (row) => <span className="tabular">{row.due}</span> },
  { key: "order", title: texts.order, render: ({ money }) => <OrderLink orderId={money.order_id} number={money.order_number} branchId={money.branch_id} /> },
  { key: "branch", title: texts.branch, render: (row) => row.branch },
  { key: "account", title: texts.account, render: (row) => row.account },
  { key: "number", title: texts.number, hidden: true, render: ({ money }) => <span className="tabular">{money.provider_reference || "—"}</span> },
  { key: "reference", title: texts.reference, hidden: true, render: ({ money }) => <span className="tabular">{money.reference}</span> },
];

interface UnsettledViewProps {
  brandId: string;
  search: SettlementsSearch;
  accounts: readonly SettlementAccount[];
  onChange: (next: SettlementsSearch) => void;
}

/** 待入帳: what was captured or refunded and stands in no file. */
export function UnsettledView({ brandId, search, accounts, onChange }: UnsettledViewProps) {
  const t = useT();
  const { timeZone, branches } = useScope();
  const query = useQuery(unsettledQuery(brandId, search));
  const rows = query.data?.items.map((money) => ({
    money,
    when: formatDateTime(money.occurred_at, timeZone),
    due: formatDate(money.due_at, timeZone),
    kind: t(texts.kind[money.kind]),
    result: money.overdue ? t(texts.overdue) : money.cause ? t(texts.cause[money.cause]) : t(texts.outcome.awaited),
    account: accounts.find((one) => one.account_id === money.account_id)?.name ?? "—",
    branch: branches.find((one) => one.branch_id === money.branch_id)?.name ?? "—",
  }));
  const currency = query.data?.items[0]?.currency ?? "TWD";
  const { total_count: count = 0, total_amount: amount = 0, overdue_count: late = 0, overdue_amount: lateAmount = 0 } = query.data ?? {};
  return (
    <>
      {count > 0 ? (
        <Alert
          showIcon
          type={late > 0 ? "warning" : "info"}
          title={t(texts.unsettledSum, { count, amount: formatMoney(amount, currency) })}
          description={late > 0 ? t(texts.overdueSum, { count: late, amount: formatMoney(lateAmount, currency) }) : undefined}
          style={{ marginBottom: 12 }}
        />
      ) : null}
      <ListPage<Row>
        name="unsettled"
        columns={columns}
        rowKey={({ money }) => `${money.kind} ${money.reference}`}
        rows={rows}
        error={query.error}
        updatedAt={query.dataUpdatedAt}
        refetch={() => void query.refetch()}
        pages={search.pages ?? []}
        nextToken={query.data?.next_page_token}
        onPages={(pages) => onChange({ ...search, pages })}
        filters={
          <Checkbox checked={search.overdue ?? false} onChange={({ target }) => onChange({ ...search, overdue: target.checked, pages: undefined })} style={{ alignItems: "center", minHeight: 32 }}>
            {t(texts.overdueOnly)}
          </Checkbox>
        }
        empty={
          search.overdue ? (
            <EmptyState title={t(texts.noneFound)} action={<Button onClick={() => onChange({ ...search, overdue: undefined, pages: undefined })}>{t(common.listClearFilters)}</Button>} />
          ) : (
            <EmptyState title={t(texts.unsettledNone)} hint={t(texts.unsettledNoneHint)} />
          )
        }
      />
    </>
  );
}
