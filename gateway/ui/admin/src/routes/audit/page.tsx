import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { formatDateTime, type Text } from "@yizhimai/kit";
import { Button, DatePicker, Input, Select, Tag } from "antd";
import dayjs from "dayjs";
import { useState } from "react";

import { accountsQuery } from "../../data/shared-queries";
import type { AuditEntry } from "../../data/types";
import { texts as frameTexts } from "../../frame/texts";
import { useMe, useScope } from "../../frame/use-scope";
import { useT, type T } from "../../i18n";
import { common } from "../../i18n/common";
import { ListPage, type ListColumn } from "../../patterns/list-page";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState } from "../../patterns/states";
import { may } from "../../session/may";
import { AuditDetail } from "./detail";
import { usePlaceName, useWho } from "./names";
import { auditQuery } from "./queries";
import type { AuditSearch } from "./search";
import { texts } from "./texts";
import { actions, actionWord, fieldWord, objectWord, valueWord } from "./words";

const route = getRouteApi("/signed-in/audit");

interface Row {
  record: AuditEntry;
  when: string;
  who: string;
  where: string;
  action: string;
  object: string;
  changes: string;
  open: () => void;
  doneWord: string;
}

const columns: readonly ListColumn<Row>[] = [
  { key: "when", title: texts.when, fixed: true, render: (row) => <span className="tabular">{row.when}</span> },
  { key: "who", title: texts.who, render: (row) => row.who },
  {
    key: "action", title: texts.actionLabel, fixed: true,
    render: (row) => (
      <Button type="link" style={{ padding: 0, fontWeight: 600 }} onClick={row.open}>
        {row.action}
      </Button>
    ),
  },
  { key: "object", title: texts.what, render: (row) => row.object },
  { key: "where", title: texts.where, render: (row) => row.where },
  { key: "changes", title: texts.changes, render: (row) => <span style={{ display: "inline-block", maxWidth: 360, whiteSpace: "normal" }}>{row.changes}</span> },
  { key: "outcome", title: texts.outcome, render: (row) => (row.record.outcome === "OK" ? row.doneWord : <Tag color="red">{row.doneWord}</Tag>) },
];

/** 系統設定 › 稽核紀錄. */
export function AuditPage() {
  const t = useT();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { timeZone } = useScope();
  const query = useQuery(auditQuery(search, timeZone));
  const rows = useRows(query.data?.records, timeZone);
  const filter = (next: Partial<AuditSearch>) => void navigate({ search: ({ pages: _, ...now }) => dropEmpty({ ...now, ...next }), replace: true });
  const { pages: _, ...filters } = search;

  return (
    <Page>
      <PageHeader title={t(frameTexts.functionNames.audit)} hint={t(texts.hint)} />
      <ListPage<Row>
        name="audit"
        columns={columns}
        rowKey={({ record }) => String(record.seq)}
        rows={rows.rows}
        error={query.error}
        updatedAt={query.dataUpdatedAt}
        refetch={() => void query.refetch()}
        pages={search.pages ?? []}
        nextToken={query.data?.next_page_token}
        onPages={(pages) => void navigate({ search: ({ pages: _, ...now }) => (pages.length > 0 ? { ...now, pages } : now) })}
        onOpen={(row) => row.open()}
        filters={<Filters search={search} onChange={filter} />}
        empty={
          Object.keys(filters).length > 0 ? (
            <EmptyState title={t(texts.noneFound)} action={<Button onClick={() => void navigate({ search: {} })}>{t(common.listClearFilters)}</Button>} />
          ) : (
            <EmptyState title={t(texts.none)} />
          )
        }
      />
      <AuditDetail record={rows.opened} onClose={rows.close} />
    </Page>
  );
}

function useRows(records: AuditEntry[] | undefined, timeZone: string) {
  const t = useT();
  const who = useWho();
  const placeName = usePlaceName();
  const [opened, setOpened] = useState<AuditEntry>();
  const rows = records?.map((record) => ({
    record,
    when: formatDateTime(record.recorded_at, timeZone),
    who: who(record),
    where: placeName(record),
    action: actionWord(t, record.action),
    object: record.object_type ? objectWord(t, record.object_type) : "—",
    changes: summary(t, record),
    doneWord: record.outcome === "OK" ? t(texts.done) : t(texts.refused),
    open: () => setOpened(record),
  }));
  return { rows, opened, close: () => setOpened(undefined) };
}

/** The first changes in one line; the detail has them all. */
function summary(t: T, record: AuditEntry): string {
  const { changes, omitted_changes } = record;
  const value = (text?: string | null) => valueWord(t, record, text);
  const shown = changes.slice(0, 2).map(({ field, before, after }) => `${fieldWord(t, field)}：${value(before)} → ${value(after)}`);
  const more = changes.length + omitted_changes - shown.length;
  if (more > 0) shown.push(t(texts.moreChanges, { count: more }));
  return shown.join("；") || "—";
}

function Filters({ search, onChange }: { search: AuditSearch; onChange: (next: Partial<AuditSearch>) => void }) {
  const t = useT();
  const { branches } = useScope();
  const seesAccounts = may(useMe(), "staff.accounts");
  const accounts = useQuery({ ...accountsQuery, enabled: seesAccounts });
  const choice = (name: "account_id" | "action" | "branch_id", label: Text, all: Text, options: { value: string; label: string }[]) => (
    <Select
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      style={{ minWidth: 150, flex: "1 1 150px", maxWidth: 220 }}
      aria-label={t(label)}
      placeholder={t(all)}
      value={search[name]}
      onChange={(value: string | undefined) => onChange({ [name]: value })}
      options={options}
    />
  );
  return (
    <>
      {seesAccounts
        ? choice("account_id", texts.who, texts.everybody, accounts.data?.accounts.map(({ account_id, name }) => ({ value: account_id, label: name })) ?? [])
        : null}
      {choice("action", texts.actionLabel, texts.allActions, actions.map((action) => ({ value: action, label: actionWord(t, action) })))}
      {choice("branch_id", texts.where, texts.allBranches, branches.map(({ branch_id, name }) => ({ value: branch_id, label: name })))}
      <DatePicker.RangePicker
        aria-label={t(texts.when)}
        allowEmpty={[true, true]}
        style={{ flex: "1 1 240px", maxWidth: 280 }}
        value={[search.from ? dayjs(search.from) : null, search.until ? dayjs(search.until) : null]}
        onChange={(_, [from, until]) => onChange({ from, until })}
      />
      <Input.Search
        allowClear
        style={{ flex: "1 1 200px", maxWidth: 320 }}
        placeholder={t(texts.findObject)}
        aria-label={t(texts.findObject)}
        defaultValue={search.object_id}
        onSearch={(text) => onChange({ object_id: text.trim() })}
      />
    </>
  );
}

function dropEmpty<S extends object>(search: S): S {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== "")) as S;
}
