import { ReloadOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { formatMoney } from "@yizhimai/kit";
import { App, Button, Checkbox, Tag } from "antd";
import { useState } from "react";

import { keys } from "../../data/keys";
import type { Settlement, SettlementRow, SettlementSums } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT, type T } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { ListPage, type ListColumn } from "../../patterns/list-page";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState, QueryView } from "../../patterns/states";
import { useRefusalToast } from "../../patterns/use-toast";
import { may } from "../../session/may";
import { formatDifference, formatExact } from "./amounts";
import { OrderLink } from "./order-link";
import { matchAgain, settlementQuery } from "./queries";
import { RowDrawer } from "./row-drawer";
import type { SettlementSearch } from "./search";
import styles from "./settlements.module.css";
import { texts } from "./texts";
import { isOpen, openDifferences, resultWord } from "./words";

interface Row {
  row: SettlementRow;
  currency: string;
  kind: string;
  result: string;
  branch: string;
  deed: string;
  deedName: string;
  notBooked: string;
  /** Opens the row; absent for one that matches. */
  open: (() => void) | undefined;
}

const columns: readonly ListColumn<Row>[] = [
  { key: "line", title: texts.line, align: "right", fixed: true, render: ({ row }) => <span className="tabular">{row.line}</span> },
  {
    key: "result", title: texts.result, fixed: true,
    render: ({ row, result, notBooked }) => (
      <>
        <Tag color={row.outcome === "matched" ? "success" : isOpen(row) ? "warning" : "default"}>{result}</Tag>
        {row.booked ? null : <Tag>{notBooked}</Tag>}
      </>
    ),
  },
  { key: "kind", title: texts.kindLabel, render: (row) => row.kind },
  { key: "amount", title: texts.amount, align: "right", fixed: true, render: ({ row, currency }) => <strong className="tabular">{formatExact(row.sums.amount_e4, currency)}</strong> },
  { key: "fee", title: texts.fee, align: "right", render: ({ row, currency }) => <span className="tabular">{formatExact(row.sums.fee_e4, currency)}</span> },
  { key: "net", title: texts.net, align: "right", render: ({ row, currency }) => <span className="tabular">{formatExact(row.sums.net_e4, currency)}</span> },
  {
    key: "difference", title: texts.difference, align: "right",
    render: ({ row, currency }) => <span className="tabular">{row.outcome === "matched" ? "—" : formatDifference(row.difference_e4, currency)}</span>,
  },
  { key: "order", title: texts.order, render: ({ row }) => <OrderLink orderId={row.order_id} number={row.order_number} branchId={row.branch_id} /> },
  { key: "branch", title: texts.branch, render: (row) => row.branch },
  { key: "number", title: texts.number, render: ({ row }) => <span className={`tabular ${styles.what}`}>{row.provider_reference || "—"}</span> },
  { key: "reference", title: texts.reference, hidden: true, render: ({ row }) => <span className="tabular">{row.reference || "—"}</span> },
  { key: "date", title: texts.date, hidden: true, render: ({ row }) => <span className="tabular">{row.date ?? "—"}</span> },
  {
    key: "deed", title: texts.decisionLabel, fixed: true,
    render: ({ deed, deedName, open }) =>
      open ? (
        <Button type="link" style={{ padding: 0, minHeight: 44 }} aria-label={deedName} onClick={open}>
          {deed}
        </Button>
      ) : (
        "—"
      ),
  },
];

/** One settlement file: its sums, what is booked, and its rows. */
export function SettlementPage() {
  const t = useT();
  const { brandId = "", settlementId = "" } = useParams({ strict: false });
  const search = useSearch({ strict: false }) as SettlementSearch;
  const navigate = useNavigate();
  const client = useQueryClient();
  const toast = useRefusalToast();
  const { message } = App.useApp();
  const { branches } = useScope();
  const manages = may(useMe(), "report.transactions", "manage");
  const query = useQuery(settlementQuery(brandId, settlementId, search));
  const [line, setLine] = useState<number>();
  const [busy, setBusy] = useState(false);
  const go = (next: SettlementSearch) => void navigate({ to: ".", search: dropEmpty(next) as never, replace: true });
  const refresh = () => client.invalidateQueries({ queryKey: keys.settlements(brandId) });
  const back = paths.settlements(brandId);

  async function again() {
    setBusy(true);
    try {
      await matchAgain(settlementId);
      await refresh();
      void message.success(t(texts.matchedAgain));
    } catch (thrown) {
      toast(thrown);
    }
    setBusy(false);
  }

  return (
    <Page>
      <QueryView query={query}>
        {({ settlement, rows, next_page_token, found_count, found_sums }) => {
          const { currency } = settlement;
          const shown = rows.map((row) => rowOf(t, row, currency, branches.find((one) => one.branch_id === row.branch_id)?.name ?? "—", manages, () => setLine(row.line)));
          const opened = rows.find((row) => row.line === line);
          return (
            <>
              <PageHeader
                title={t(texts.title, { account: settlement.account_name, day: settlement.paid_on })}
                hint={settlement.file_name}
                back={back}
                actions={
                  manages && openDifferences(settlement) > 0 ? (
                    <Button size="large" icon={<ReloadOutlined />} loading={busy} onClick={() => void again()}>
                      {t(texts.matchAgain)}
                    </Button>
                  ) : null
                }
              />
              <Figures settlement={settlement} />
              <Choices settlement={settlement} search={search} onChoose={go} />
              <ListPage<Row>
                name="settlement-rows"
                columns={columns}
                rowKey={({ row }) => String(row.line)}
                rows={shown}
                total={found_count}
                error={query.error}
                updatedAt={query.dataUpdatedAt}
                refetch={() => void query.refetch()}
                pages={search.pages ?? []}
                nextToken={next_page_token}
                onPages={(pages) => go({ ...search, pages })}
                onOpen={({ open }) => open?.()}
                filters={
                  <>
                    <Checkbox checked={search.undecided ?? false} style={{ alignItems: "center", minHeight: 32 }} onChange={({ target }) => go({ ...search, undecided: target.checked, pages: undefined })}>
                      {t(texts.undecided)}
                    </Checkbox>
                    <span className={`tabular ${styles.soft}`} style={{ alignSelf: "center" }} aria-live="polite">
                      {t(texts.sumOf, { count: found_count, ...exact(found_sums, currency) })}
                    </span>
                  </>
                }
                empty={<EmptyState title={t(texts.noneFound)} action={<Button onClick={() => go({})}>{t(common.listClearFilters)}</Button>} />}
              />
              {opened ? <RowDrawer settlement={settlement} row={opened} manages={manages} onClose={() => setLine(undefined)} onDecided={refresh} /> : null}
            </>
          );
        }}
      </QueryView>
    </Page>
  );
}

function exact({ amount_e4, fee_e4, net_e4 }: SettlementSums, currency: string) {
  return { amount: formatExact(amount_e4, currency), fee: formatExact(fee_e4, currency), net: formatExact(net_e4, currency) };
}

function rowOf(t: T, row: SettlementRow, currency: string, branch: string, manages: boolean, open: () => void): Row {
  const undecided = isOpen(row);
  return {
    row,
    currency,
    kind: t(texts.kind[row.kind]),
    result: resultWord(t, row),
    branch,
    deed: row.decision ? t(texts.decision[row.decision]) : manages ? t(texts.act) : t(texts.whatToDo),
    deedName: t(texts.actOn, { line: row.line }),
    notBooked: t(texts.notBooked),
    open: undecided || row.decision ? open : undefined,
  };
}

function Figures({ settlement }: { settlement: Settlement }) {
  const t = useT();
  const { currency, booked } = settlement;
  const { amount, fee, net } = exact(settlement.sums, currency);
  const money = (value: number) => formatMoney(value, currency);
  const figures = [[texts.amount, amount], [texts.fee, fee], [texts.net, net], [texts.rows, String(settlement.row_count)]] as const;
  return (
    <>
      <dl className={styles.summary}>
        {figures.map(([title, value]) => (
          <div key={title[0]} className={styles.figure}>
            <dt>{t(title)}</dt>
            <dd className="tabular">{value}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.block}>
        <strong>{t(texts.booked)}</strong>：<span className="tabular">{t(texts.bookedText, { bank: money(booked.bank), fees: money(booked.fees), rounding: money(booked.rounding) })}</span>
        <br />
        <span className={styles.soft}>{t(texts.bookedHint)}</span>
      </p>
    </>
  );
}

/** Filters with how many undecided rows each finds. */
function Choices({ settlement, search, onChoose }: { settlement: Settlement; search: SettlementSearch; onChoose: (next: SettlementSearch) => void }) {
  const t = useT();
  const isAll = !search.outcome && !search.cause;
  return (
    <div className={`${styles.choices} ${styles.block}`} role="group" aria-label={t(texts.result)}>
      <Button type={isAll ? "primary" : "default"} aria-pressed={isAll} onClick={() => onChoose({})}>
        {`${t(texts.all)} ${String(settlement.row_count)}`}
      </Button>
      {settlement.open.map(({ outcome, cause, count }) => {
        const pressed = cause ? search.cause === cause : search.outcome === outcome;
        const next = cause ? { cause, undecided: true } : { outcome: "matched" as const };
        return (
          <Button key={cause ?? outcome} type={pressed ? "primary" : "default"} aria-pressed={pressed} onClick={() => onChoose(next)}>
            {`${resultWord(t, { outcome, cause: cause ?? null })} ${String(count)}`}
          </Button>
        );
      })}
    </div>
  );
}

function dropEmpty(search: SettlementSearch): SettlementSearch {
  const kept = Object.entries(search).filter(([, value]) => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(kept) as SettlementSearch;
}
