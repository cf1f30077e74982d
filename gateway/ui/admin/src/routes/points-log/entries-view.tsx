import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { formatDateTime } from "@yizhimai/kit";
import { Button, DatePicker, Input, Select, Tag } from "antd";
import dayjs from "dayjs";
import { useState } from "react";

import type { PointEntry, PointEntryKind } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { ListPage, type ListColumn } from "../../patterns/list-page";
import { EmptyState } from "../../patterns/states";
import { useAccountNames } from "../../patterns/use-account-names";
import { usePrivateText } from "../../patterns/use-private-text";
import { may } from "../../session/may";
import { memberQuery } from "../member/queries";
import { memberName } from "../membership/member-words";
import membership from "../membership/membership.module.css";
import { EntryDrawer } from "./entry-drawer";
import { entriesQuery } from "./queries";
import { askedFor, kinds, type LogSearch } from "./search";
import { texts } from "./texts";
import { asideOf, explained, signed } from "./words";

interface EntriesViewProps {
  search: LogSearch;
  onFilter: (next: Partial<LogSearch>) => void;
  onPages: (pages: string[]) => void;
}

interface Row {
  entry: PointEntry;
  when: string;
  kind: string;
  what: string;
  aside: string;
  branch: string;
  operator: string;
  memberWord: string;
  /** Where the member is shown; absent where that may not be seen. */
  memberPath: string | undefined;
  open: () => void;
}

const columns: readonly ListColumn<Row>[] = [
  { key: "when", title: texts.when, fixed: true, render: (row) => <span className="tabular">{row.when}</span> },
  { key: "kind", title: texts.kindLabel, render: (row) => <Tag>{row.kind}</Tag> },
  {
    key: "what", title: texts.what, fixed: true,
    render: (row) => (
      <div style={{ minWidth: 220, maxWidth: 460, whiteSpace: "normal", overflowWrap: "anywhere" }}>
        <Button type="link" style={{ height: "auto", padding: 0, textAlign: "start", whiteSpace: "normal" }} onClick={row.open}>
          {row.what}
        </Button>
        {row.aside ? <div className={membership.soft}>{row.aside}</div> : null}
      </div>
    ),
  },
  { key: "points", title: texts.points, fixed: true, align: "right", render: ({ entry }) => <strong className="tabular">{signed(entry.points)}</strong> },
  { key: "balance", title: texts.balance, align: "right", render: ({ entry }) => <span className="tabular">{entry.balance}</span> },
  { key: "member", title: texts.member, render: (row) => (row.memberPath ? <Link to={row.memberPath as LinkProps["to"]}>{row.memberWord}</Link> : "—") },
  { key: "branch", title: texts.branch, render: (row) => row.branch },
  { key: "operator", title: texts.operator, hidden: true, render: (row) => row.operator },
];

/** Entries of points as customer service searches them: by phone, by order, or of a member. */
export function EntriesView({ search, onFilter, onPages }: EntriesViewProps) {
  const t = useT();
  const me = useMe();
  const { timeZone, branches } = useScope();
  const nameOf = useAccountNames();
  const [text, find] = usePrivateText();
  const query = useQuery(entriesQuery(search, text, timeZone));
  const [opened, setOpened] = useState<PointEntry>();
  const seesMembers = may(me, "member.list");
  const member = useQuery({ ...memberQuery(search.member ?? ""), enabled: seesMembers && search.member !== undefined });
  const rows = query.data?.entries.map(
    (entry): Row => ({
      entry,
      when: formatDateTime(entry.at, timeZone),
      kind: t(texts.kind[entry.kind]),
      what: explained(t, entry),
      aside: asideOf(t, entry),
      branch: branches.find((one) => one.branch_id === entry.branch_id)?.name ?? "—",
      operator: entry.operator ? nameOf(entry.operator) : t(common.actorSystem),
      memberWord: t(texts.memberOpen),
      memberPath: seesMembers ? paths.member(entry.member_id) : undefined,
      open: () => setOpened(entry),
    }),
  );
  const filtered = text !== "" || [search.member, search.order, search.kind, search.programme, search.from, search.until].some(Boolean);

  function look(typed: string) {
    const { order, phone } = askedFor(typed);
    const { pages: _, member: __, order: ___, ...rest } = search;
    find(phone ?? "", { ...rest, ...(order ? { order } : {}) });
  }

  return (
    <>
      <ListPage<Row>
        name="point-entries"
        columns={columns}
        rowKey={({ entry }) => entry.entry_id}
        rows={rows}
        error={query.error}
        updatedAt={query.dataUpdatedAt}
        refetch={() => void query.refetch()}
        pages={search.pages ?? []}
        nextToken={query.data?.next_page_token}
        onPages={onPages}
        onOpen={(row) => row.open()}
        filters={
          <>
            <Input.Search
              key={text || search.order}
              allowClear
              style={{ flex: "1 1 220px", maxWidth: 320 }}
              placeholder={t(texts.find)}
              aria-label={t(texts.find)}
              defaultValue={text || search.order}
              onSearch={look}
            />
            <Select<PointEntryKind>
              allowClear
              style={{ minWidth: 140 }}
              aria-label={t(texts.kindLabel)}
              placeholder={t(texts.allKinds)}
              value={search.kind}
              onChange={(kind?: PointEntryKind) => onFilter({ kind })}
              options={kinds.map((one) => ({ value: one, label: t(texts.kind[one]) }))}
            />
            <DatePicker.RangePicker
              aria-label={t(texts.period)}
              allowEmpty={[true, true]}
              style={{ flex: "1 1 240px", maxWidth: 280 }}
              value={[search.from ? dayjs(search.from) : null, search.until ? dayjs(search.until) : null]}
              onChange={(_, [from, until]) => onFilter({ from: from || undefined, until: until || undefined })}
            />
            {search.member ? (
              <Tag closable style={{ alignSelf: "center" }} onClose={() => onFilter({ member: undefined })}>
                {member.data ? t(texts.ofMember, { name: memberName(t, member.data.member) }) : t(texts.ofOneMember)}
              </Tag>
            ) : null}
          </>
        }
        empty={
          filtered ? (
            <EmptyState title={t(texts.noneFound)} action={<Button onClick={() => find("", {})}>{t(common.listClearFilters)}</Button>} />
          ) : (
            <EmptyState title={t(texts.none)} hint={t(texts.noneHint)} />
          )
        }
      />
      <EntryDrawer entry={opened} onClose={() => setOpened(undefined)} />
    </>
  );
}
