import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, type LinkProps } from "@tanstack/react-router";
import { Button, Input, Select } from "antd";

import type { CouponTemplate, CouponTemplateState } from "../../data/benefit-types";
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
import { templatesQuery } from "./queries";
import { states } from "./search";
import { TemplateTag } from "./state-tag";
import { texts } from "./texts";
import { validityText } from "./validity";

const route = getRouteApi("/signed-in/brands/$brandId/coupons");

type Row = CouponTemplate & { brandId: string; sentence: string; valid: string };

const columns: readonly ListColumn<Row>[] = [
  {
    key: "name", title: texts.columnName, fixed: true,
    render: (row) => (
      <Link to={paths.couponTemplate(row.brandId, row.template_id) as LinkProps["to"]} style={{ display: "inline-block", padding: "6px 0", fontWeight: 600 }}>
        {row.internal_name}
      </Link>
    ),
  },
  { key: "rule", title: texts.columnRule, render: (row) => <span style={{ display: "inline-block", maxWidth: 420, whiteSpace: "normal" }}>{row.sentence}</span> },
  { key: "state", title: texts.columnState, render: (row) => <TemplateTag state={row.state} /> },
  { key: "validity", title: texts.columnValidity, render: (row) => row.valid },
  { key: "issued", title: texts.columnIssued, align: "right", render: (row) => <span className="tabular">{row.issue_limit ? `${String(row.issued_count)} / ${String(row.issue_limit)}` : row.issued_count}</span> },
  { key: "used", title: texts.columnUsed, align: "right", render: (row) => <span className="tabular">{row.used_count}</span> },
];

/** 優惠券管理: the kinds of coupons of a brand. */
export function CouponsPage() {
  const t = useT();
  const me = useMe();
  const { brandId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { timeZone } = useScope();
  const words = useRuleWords();
  const query = useQuery(templatesQuery(brandId, search));
  const manages = may(me, "member.coupons", "manage") && holdsBrand(me, brandId);
  const rows = query.data?.templates.map((template) => ({ ...template, brandId, sentence: ruleSentence(template.rule, words), valid: validityText(template.validity, timeZone, t) }));
  const filter = (next: Partial<typeof search>) => void navigate({ search: ({ pages: _, ...now }) => dropEmpty({ ...now, ...next }), replace: true });
  const add = (
    <Link to={paths.newCouponTemplate(brandId) as LinkProps["to"]}>
      <Button type="primary" size="large">{t(texts.new)}</Button>
    </Link>
  );
  return (
    <Page>
      <PageHeader title={t(frameTexts.functionNames.coupons)} hint={t(texts.hint)} actions={manages ? add : null} />
      <ListPage<Row>
        name="coupon-templates"
        columns={columns}
        rowKey={(row) => row.template_id}
        rows={rows}
        error={query.error}
        updatedAt={query.dataUpdatedAt}
        refetch={() => void query.refetch()}
        pages={search.pages ?? []}
        nextToken={query.data?.next_page_token}
        onPages={(pages) => void navigate({ search: ({ pages: _, ...now }) => (pages.length > 0 ? { ...now, pages } : now) })}
        onOpen={(row) => void navigate({ to: paths.couponTemplate(brandId, row.template_id) as "/" })}
        filters={
          <>
            <Input.Search allowClear style={{ flex: "1 1 220px", maxWidth: 360 }} placeholder={t(texts.find)} aria-label={t(texts.find)} defaultValue={search.text} onSearch={(text) => filter({ text })} />
            <Select
              allowClear
              style={{ minWidth: 140 }}
              aria-label={t(texts.columnState)}
              placeholder={t(texts.allStates)}
              value={search.state}
              onChange={(state: CouponTemplateState | undefined) => filter({ state })}
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

function dropEmpty<S extends object>(search: S): S {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== "")) as S;
}
