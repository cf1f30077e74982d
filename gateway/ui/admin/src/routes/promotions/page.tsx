import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, type LinkProps } from "@tanstack/react-router";
import { formatDate, formatDateTime, formatMoney } from "@yizhimai/kit";
import { Button, Input, Select } from "antd";
import { useState } from "react";

import type { Promotion, PromotionState } from "../../data/benefit-types";
import { texts as frameTexts } from "../../frame/texts";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { ListPage, type ListColumn } from "../../patterns/list-page";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState } from "../../patterns/states";
import { holdsBrand, may } from "../../session/may";
import { ruleSentence } from "../rules/sentence";
import { useRuleWords } from "../rules/use-rule-names";
import { promotionsQuery } from "./queries";
import { states } from "./search";
import { SettingsDrawer } from "./settings-drawer";
import { StateTag } from "./state-tag";
import { texts } from "./texts";

const route = getRouteApi("/signed-in/brands/$brandId/promotions");

type Row = Promotion & { brandId: string; sentence: string; timeZone: string; currency: string };

const columns: readonly ListColumn<Row>[] = [
  {
    key: "name", title: texts.columnName, fixed: true,
    render: (row) => (
      <Link to={paths.promotion(row.brandId, row.promotion_id) as LinkProps["to"]} style={{ display: "inline-block", padding: "6px 0", fontWeight: 600 }}>
        {row.internal_name}
      </Link>
    ),
  },
  { key: "rule", title: texts.columnRule, render: (row) => <span style={{ display: "inline-block", maxWidth: 420, whiteSpace: "normal" }}>{row.sentence}</span> },
  { key: "state", title: texts.columnState, render: (row) => <StateTag state={row.state} /> },
  {
    key: "period", title: texts.columnPeriod,
    render: ({ rule: { conditions }, timeZone }) =>
      conditions?.starts_at || conditions?.ends_at ? <span className="tabular">{`${formatDate(conditions.starts_at, timeZone)} – ${formatDate(conditions.ends_at, timeZone)}`}</span> : "—",
  },
  { key: "orders", title: texts.columnOrders, align: "right", render: ({ usage }) => <span className="tabular">{usage.counted ? usage.orders : "—"}</span> },
  { key: "spent", title: texts.columnSpent, align: "right", render: ({ usage, currency }) => <span className="tabular">{usage.spent > 0 ? formatMoney(usage.spent, currency) : "—"}</span> },
  { key: "updated", title: texts.columnUpdated, hidden: true, render: (row) => <span className="tabular">{formatDateTime(row.updated_at, row.timeZone)}</span> },
];

/** 促銷活動設定: the promotions of a brand. */
export function PromotionsPage() {
  const t = useT();
  const me = useMe();
  const { brandId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { brand, timeZone } = useScope();
  const words = useRuleWords();
  const query = useQuery(promotionsQuery(brandId, search));
  const [settings, setSettings] = useState(false);
  const manages = may(me, "member.promotions", "manage") && holdsBrand(me, brandId);
  const currency = brand?.currency ?? "TWD";
  const rows = query.data?.promotions.map((promotion) => ({ ...promotion, brandId, timeZone, currency, sentence: ruleSentence(promotion.rule, words) }));
  const filter = (next: Partial<typeof search>) => void navigate({ search: ({ pages: _, ...now }) => dropEmpty({ ...now, ...next }), replace: true });
  const add = (
    <Link to={paths.newPromotion(brandId) as LinkProps["to"]}>
      <Button type="primary" size="large">{t(texts.new)}</Button>
    </Link>
  );
  return (
    <Page>
      <PageHeader
        title={t(frameTexts.functionNames.promotions)}
        hint={t(texts.hint)}
        actions={
          <>
            <Button size="large" onClick={() => setSettings(true)}>{t(texts.settings)}</Button>
            {manages ? add : null}
          </>
        }
      />
      <ListPage<Row>
        name="promotions"
        columns={columns}
        rowKey={(row) => row.promotion_id}
        rows={rows}
        error={query.error}
        updatedAt={query.dataUpdatedAt}
        refetch={() => void query.refetch()}
        pages={search.pages ?? []}
        nextToken={query.data?.next_page_token}
        onPages={(pages) => void navigate({ search: ({ pages: _, ...now }) => (pages.length > 0 ? { ...now, pages } : now) })}
        onOpen={(row) => void navigate({ to: paths.promotion(brandId, row.promotion_id) as "/" })}
        filters={
          <>
            <Input.Search allowClear style={{ flex: "1 1 220px", maxWidth: 360 }} placeholder={t(texts.find)} aria-label={t(texts.find)} defaultValue={search.text} onSearch={(text) => filter({ text })} />
            <Select
              allowClear
              style={{ minWidth: 140 }}
              aria-label={t(texts.columnState)}
              placeholder={t(texts.allStates)}
              value={search.state}
              onChange={(state: PromotionState | undefined) => filter({ state })}
              options={states.map((state) => ({ value: state, label: t(texts.state[state]) }))}
            />
          </>
        }
        empty={
          search.text || search.state ? (
            <EmptyState title={t(texts.noneFound)} action={<Button onClick={() => void navigate({ search: {} })}>{t(common.listClearFilters)}</Button>} />
          ) : (
            <EmptyState title={t(texts.none)} hint={t(texts.noneHint)} action={manages ? add : null} />
          )
        }
      />
      {settings ? <SettingsDrawer brandId={brandId} manages={manages} onClose={() => setSettings(false)} /> : null}
    </Page>
  );
}

function dropEmpty<S extends object>(search: S): S {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== "")) as S;
}
