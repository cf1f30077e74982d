import { TeamOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation, useNavigate, useSearch, type LinkProps, type NavigateOptions } from "@tanstack/react-router";
import { formatAmount, formatDate, formatDateTime, formatMoney } from "@yizhimai/kit";
import { Button, Tag as Badge } from "antd";
import { useState } from "react";

import type { Member } from "../../data/types";
import { texts as frameTexts } from "../../frame/texts";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { ListPage, type ListColumn } from "../../patterns/list-page";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { withoutEmpty } from "../../patterns/search";
import { EmptyState } from "../../patterns/states";
import { holdsShared, may, mayDo } from "../../session/may";
import { Dot } from "../membership/dot";
import { texts as memberTexts } from "../membership/member-texts";
import { genderWord, memberName, phoneText, sourceWord, stateColour, stateWord } from "../membership/member-words";
import membership from "../membership/membership.module.css";
import { useTags, useTiers } from "../membership/use-names";
import { ExportDialog } from "./export-dialog";
import { MemberFilters } from "./filters";
import { JoinDrawer } from "./join-drawer";
import { duplicatesQuery, membersQuery } from "./queries";
import { isFiltered, type MemberSearch } from "./search";
import { texts } from "./texts";

interface Named {
  id: string;
  name: string;
  colour: string;
}

interface Row {
  member: Member;
  name: string;
  state: string;
  gender: string;
  joined: string;
  lastOrder: string;
  tier: Named | undefined;
  tags: Named[];
  source: string;
  branch: string;
  marketing: string;
}

const columns: readonly ListColumn<Row>[] = [
  { key: "line", title: memberTexts.line, hidden: true, render: ({ member }) => member.line_user ?? "—" },
  {
    key: "name", title: memberTexts.name, fixed: true,
    render: ({ member, name, state }) => (
      <>
        <Link to={paths.member(member.member_id) as LinkProps["to"]} style={{ display: "inline-block", padding: "6px 0", fontWeight: 600 }}>
          {name}
        </Link>{" "}
        {member.state === "active" ? null : <Badge color={stateColour(member.state)}>{state}</Badge>}
      </>
    ),
  },
  { key: "phone", title: memberTexts.phone, fixed: true, render: ({ member }) => <span className="tabular">{phoneText(member.phone)}</span> },
  { key: "area", title: memberTexts.area, render: ({ member }) => member.last_delivery_area || "—" },
  { key: "orders", title: memberTexts.orders, align: "right", render: ({ member }) => <span className="tabular">{formatAmount(member.orders)}</span> },
  { key: "spent", title: memberTexts.spent, align: "right", render: ({ member }) => <span className="tabular">{formatMoney(member.spent)}</span> },
  { key: "lastOrder", title: memberTexts.lastOrder, render: (row) => <span className="tabular">{row.lastOrder}</span> },
  { key: "tier", title: memberTexts.tier, render: ({ tier }) => (tier ? <Dot colour={tier.colour}>{tier.name}</Dot> : "—") },
  { key: "points", title: memberTexts.points, align: "right", render: ({ member }) => <span className="tabular">{formatAmount(member.points)}</span> },
  {
    key: "tags", title: memberTexts.tags,
    render: ({ tags }) =>
      tags.length > 0 ? (
        <span className={membership.chips} style={{ maxWidth: 240 }}>
          {tags.map((tag) => (
            <Dot key={tag.id} colour={tag.colour}>{tag.name}</Dot>
          ))}
        </span>
      ) : (
        "—"
      ),
  },
  { key: "birthday", title: memberTexts.birthday, render: ({ member }) => <span className="tabular">{member.birth_day ?? "—"}</span> },
  { key: "gender", title: memberTexts.genderLabel, render: (row) => row.gender },
  { key: "joined", title: memberTexts.joined, render: (row) => <span className="tabular">{row.joined}</span> },
  { key: "source", title: memberTexts.sourceLabel, hidden: true, render: (row) => row.source },
  { key: "branch", title: memberTexts.sourceBranch, hidden: true, render: (row) => row.branch },
  { key: "marketing", title: memberTexts.marketing, hidden: true, render: (row) => row.marketing },
];

/** 會員列表. */
export function MembersPage() {
  const t = useT();
  const me = useMe();
  const search = useSearch({ strict: false }) as MemberSearch;
  const text = useLocation({ select: ({ state }) => state.text ?? "" });
  const navigate = useNavigate();
  const { timeZone, branches } = useScope();
  const query = useQuery(membersQuery(search, text, timeZone));
  const rows = useRows(query.data?.members, timeZone);
  const [exporting, setExporting] = useState(false);
  const [joining, setJoining] = useState(false);
  const exports = mayDo(me, "member.export") && holdsShared(me);
  // The count comes with the first page only.
  const [counted, setCounted] = useState<number>();
  const total = query.data?.total ?? undefined;
  if (total !== undefined) {
    const shown = query.data?.more ? total + 1 : total;
    if (shown !== counted) setCounted(shown);
  }
  const go = (next: MemberSearch, typed = text) =>
    void navigate({ to: ".", search: withoutEmpty(next), state: typed === "" ? {} : { text: typed }, replace: next.pages === search.pages } as unknown as NavigateOptions);
  const filter = (next: Partial<MemberSearch>, typed?: string) => go({ ...search, pages: [], ...next }, typed);

  return (
    <Page>
      <PageHeader
        title={t(frameTexts.functionNames.members)}
        hint={t(texts.hint)}
        actions={
          <>
            {holdsShared(me) ? <DuplicatesLink /> : null}
            {may(me, "ops.orders", "operate") && branches.length > 0 ? <Button onClick={() => setJoining(true)}>{t(texts.join)}</Button> : null}
            {exports ? <Button onClick={() => setExporting(true)}>{t(texts.export)}</Button> : null}
          </>
        }
      />
      <ListPage<Row>
        name="members"
        columns={columns}
        rowKey={({ member }) => member.member_id}
        rows={rows}
        total={counted}
        error={query.error}
        updatedAt={query.dataUpdatedAt}
        refetch={() => void query.refetch()}
        pages={search.pages ?? []}
        nextToken={query.data?.next_page_token}
        onPages={(pages) => go({ ...search, pages })}
        onOpen={({ member }) => void navigate({ to: paths.member(member.member_id) } as NavigateOptions)}
        filters={<MemberFilters search={search} text={text} onChange={filter} />}
        empty={
          isFiltered(search, text) ? (
            <EmptyState title={t(texts.noneFound)} action={<Button onClick={() => go({}, "")}>{t(common.listClearFilters)}</Button>} />
          ) : (
            <EmptyState title={t(texts.none)} hint={t(texts.noneHint)} />
          )
        }
      />
      {joining ? <JoinDrawer onClose={() => setJoining(false)} /> : null}
      {exporting ? <ExportDialog search={search} text={text} onClose={() => setExporting(false)} /> : null}
    </Page>
  );
}

function DuplicatesLink() {
  const t = useT();
  const { data } = useQuery(duplicatesQuery);
  return (
    <Link to={paths.duplicates() as LinkProps["to"]}>
      <Button icon={<TeamOutlined />}>{data && data.length > 0 ? t(texts.duplicatesCount, { count: data.length }) : t(texts.duplicates)}</Button>
    </Link>
  );
}

function useRows(members: readonly Member[] | undefined, timeZone: string): Row[] | undefined {
  const t = useT();
  const me = useMe();
  const { branches } = useScope();
  const tiers = useTiers();
  const tags = useTags();
  const seesTags = may(me, "member.tags");
  return members?.map((member) => {
    const tier = member.tier_id ? tiers.get(member.tier_id) : undefined;
    return {
      member,
      name: memberName(t, member),
      state: stateWord(t, member.state),
      gender: genderWord(t, member.gender),
      joined: formatDateTime(member.joined_at, timeZone),
      lastOrder: formatDate(member.last_order_at, timeZone),
      tier: tier && { id: tier.tier_id ?? "", name: tier.name, colour: tier.colour },
      tags: seesTags ? member.tag_ids.flatMap((id) => (tags.has(id) ? [{ id, name: tags.get(id)?.name ?? "", colour: tags.get(id)?.colour ?? "" }] : [])) : [],
      source: sourceWord(t, member.source),
      branch: branches.find((one) => one.branch_id === member.source_branch_id)?.name ?? "—",
      marketing: member.marketing.map((one) => t(memberTexts.consent[one])).join(t(common.listComma)) || t(memberTexts.marketingNone),
    };
  });
}
