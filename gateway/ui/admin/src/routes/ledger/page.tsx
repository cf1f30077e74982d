import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Flex, Segmented, Select } from "antd";

import { texts as frameTexts } from "../../frame/texts";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { holdsBrand } from "../../session/may";
import { BalancesView } from "./balances-view";
import { tabs, type LedgerSearch, type LedgerTab } from "./search";
import { texts } from "./texts";
import { TransactionsView } from "./transactions-view";

const WHOLE_BRAND = "";

/** 帳務: what the accounts of a brand or branch hold, and what was booked. */
export function LedgerPage() {
  const t = useT();
  const { brandId = "" } = useParams({ strict: false });
  const asked = useSearch({ strict: false }) as LedgerSearch;
  const navigate = useNavigate();
  const { branches } = useScope();
  const ofBrand = holdsBrand(useMe(), brandId);
  const own = branches.filter((one) => one.brand_id === brandId);
  // Who works in some branches only sees one of them at a time.
  const search = ofBrand ? asked : { ...asked, branch: own.find((one) => one.branch_id === asked.branch)?.branch_id ?? own[0]?.branch_id };
  const go = (next: LedgerSearch) => void navigate({ to: ".", search: dropEmpty(next) as never });
  const filter = (next: Partial<LedgerSearch>) => go({ ...asked, pages: undefined, ...next });
  const places = [...(ofBrand ? [{ value: WHOLE_BRAND, label: t(texts.wholeBrand) }] : []), ...own.map((one) => ({ value: one.branch_id, label: one.name }))];
  const shown = search.tab ?? "balances";
  return (
    <Page>
      <PageHeader title={t(frameTexts.functionNames.ledger)} hint={t(texts.hint)} />
      <Flex wrap gap={12} style={{ marginBottom: 16 }}>
        <Segmented<LedgerTab>
          size="large"
          aria-label={t(frameTexts.functionNames.ledger)}
          value={shown}
          onChange={(tab) => go({ branch: asked.branch, tab: tab === "balances" ? undefined : tab })}
          options={tabs.map((one) => ({ value: one, label: t(texts.tab[one]) }))}
        />
        <Select
          size="large"
          style={{ flex: "1 1 180px", maxWidth: 280 }}
          aria-label={t(texts.branch)}
          showSearch={{ optionFilterProp: "label" }}
          value={search.branch ?? WHOLE_BRAND}
          options={places}
          onChange={(branch: string) => filter({ branch })}
        />
      </Flex>
      {shown === "balances" ? (
        <BalancesView brandId={brandId} search={search} onAt={(at) => filter({ at })} />
      ) : (
        <TransactionsView brandId={brandId} search={search} onFilter={filter} onPages={(pages) => go({ ...asked, pages })} />
      )}
    </Page>
  );
}

function dropEmpty(search: LedgerSearch): LedgerSearch {
  const kept = Object.entries(search).filter(([, value]) => value !== undefined && value !== "" && value !== false && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(kept) as LedgerSearch;
}
