import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, type LinkProps } from "@tanstack/react-router";
import { formatDate } from "@yizhimai/kit";
import { App, Button, Input, Select } from "antd";

import type { PromoCode, PromoCodeState } from "../../data/benefit-types";
import { keys } from "../../data/keys";
import { texts as frameTexts } from "../../frame/texts";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { ListPage, type ListColumn } from "../../patterns/list-page";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState } from "../../patterns/states";
import { useDanger } from "../../patterns/use-danger";
import { useRefusalToast } from "../../patterns/use-toast";
import { holdsBrand, may } from "../../session/may";
import { ruleSentence } from "../rules/sentence";
import { useRuleWords } from "../rules/use-rule-names";
import { promoCodesQuery, switchPromoCodes } from "./queries";
import { states } from "./search";
import { CodeName, CodeState } from "./state-tag";
import { texts } from "./texts";

const route = getRouteApi("/signed-in/brands/$brandId/promo-codes");

type Row = PromoCode & { brandId: string; sentence: string; timeZone: string };

const columns: readonly ListColumn<Row>[] = [
  {
    key: "code", title: texts.columnCode, fixed: true,
    render: (row) => (
      <Link to={paths.promoCode(row.brandId, row.promo_code_id) as LinkProps["to"]} style={{ display: "inline-block", padding: "6px 0", fontWeight: 600 }}>
        <CodeName code={row} />
      </Link>
    ),
  },
  { key: "name", title: texts.columnName, render: (row) => row.internal_name },
  { key: "rule", title: texts.columnRule, render: (row) => <span style={{ display: "inline-block", maxWidth: 420, whiteSpace: "normal" }}>{row.sentence}</span> },
  { key: "state", title: texts.columnState, render: (row) => <CodeState code={row} timeZone={row.timeZone} /> },
  { key: "uses", title: texts.columnUses, align: "right", render: ({ usage, rule }) => <span className="tabular">{rule.limits?.total ? `${String(usage.orders)} / ${String(rule.limits.total)}` : usage.orders}</span> },
  { key: "created", title: texts.columnCreated, hidden: true, render: (row) => <span className="tabular">{formatDate(row.created_at, row.timeZone)}</span> },
];

/** 優惠碼設定: the codes of a brand. */
export function PromoCodesPage() {
  const t = useT();
  const me = useMe();
  const { brandId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { timeZone } = useScope();
  const words = useRuleWords();
  const query = useQuery(promoCodesQuery(brandId, search));
  const manages = may(me, "member.codes", "manage") && holdsBrand(me, brandId);
  const rows = query.data?.promo_codes.map((code) => ({ ...code, brandId, timeZone, sentence: ruleSentence(code.rule, words) }));
  const filter = (next: Partial<typeof search>) => void navigate({ search: ({ pages: _, ...now }) => dropEmpty({ ...now, ...next }), replace: true });
  const add = (
    <Link to={paths.newPromoCode(brandId) as LinkProps["to"]}>
      <Button type="primary" size="large">{t(texts.new)}</Button>
    </Link>
  );
  return (
    <Page>
      <PageHeader title={t(frameTexts.functionNames.promoCodes)} hint={t(texts.hint)} actions={manages ? add : null} />
      <ListPage<Row>
        name="promo-codes"
        columns={columns}
        rowKey={(row) => row.promo_code_id}
        rows={rows}
        error={query.error}
        updatedAt={query.dataUpdatedAt}
        refetch={() => void query.refetch()}
        pages={search.pages ?? []}
        nextToken={query.data?.next_page_token}
        onPages={(pages) => void navigate({ search: ({ pages: _, ...now }) => (pages.length > 0 ? { ...now, pages } : now) })}
        onOpen={(row) => void navigate({ to: paths.promoCode(brandId, row.promo_code_id) as "/" })}
        bulk={manages ? (chosen, clear) => <SwitchActions rows={chosen} brandId={brandId} onDone={clear} /> : undefined}
        filters={
          <>
            <Input.Search allowClear style={{ flex: "1 1 220px", maxWidth: 360 }} placeholder={t(texts.find)} aria-label={t(texts.find)} defaultValue={search.text} onSearch={(text) => filter({ text })} />
            <Select
              allowClear
              style={{ minWidth: 140 }}
              aria-label={t(texts.columnState)}
              placeholder={t(texts.allStates)}
              value={search.state}
              onChange={(state: PromoCodeState | undefined) => filter({ state })}
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
    </Page>
  );
}

function SwitchActions({ rows, brandId, onDone }: { rows: Row[]; brandId: string; onDone: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const danger = useDanger();
  const toast = useRefusalToast();
  const { message } = App.useApp();
  async function change(enabled: boolean) {
    try {
      const { changed_count } = await switchPromoCodes(rows.map((row) => row.promo_code_id), enabled);
      await client.invalidateQueries({ queryKey: keys.promoCodes(brandId) });
      void message.success(t(texts.switched, { count: changed_count }));
      onDone();
    } catch (thrown) {
      toast(thrown);
    }
  }
  return (
    <>
      <Button onClick={() => void change(true)}>{t(texts.enable)}</Button>
      <Button danger onClick={() => danger({ title: t(texts.disableTitle, { count: rows.length }), text: t(texts.disableText), deed: t(texts.disable), act: () => change(false) })}>
        {t(texts.disable)}
      </Button>
    </>
  );
}

function dropEmpty<S extends object>(search: S): S {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== "")) as S;
}
