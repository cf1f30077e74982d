import { ImportOutlined } from "@ant-design/icons";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { Button, Flex, Segmented, Select } from "antd";
import { useState } from "react";

import { texts as frameTexts } from "../../frame/texts";
import { useMe } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState, QueryView } from "../../patterns/states";
import { may } from "../../session/may";
import { FilesView } from "./files-view";
import { ImportDrawer } from "./import-drawer";
import { settlementsQuery } from "./queries";
import { tabs, type SettlementsSearch, type SettlementTab } from "./search";
import { texts } from "./texts";
import { UnsettledView } from "./unsettled-view";

const ALL = "";

/** 對帳: the settlement files of a brand's providers, and what stands in none. */
export function SettlementsPage() {
  const t = useT();
  const { brandId = "" } = useParams({ strict: false });
  const search = useSearch({ strict: false }) as SettlementsSearch;
  const navigate = useNavigate();
  const manages = may(useMe(), "report.transactions", "manage");
  const files = useQuery(settlementsQuery(brandId, search));
  const [importing, setImporting] = useState(false);
  const go = (next: SettlementsSearch) => void navigate({ to: ".", search: dropEmpty(next) as never });
  const shown = search.tab ?? "files";
  const accounts = files.data?.accounts ?? [];
  return (
    <Page>
      <PageHeader
        title={t(frameTexts.functionNames.settlements)}
        hint={t(texts.hint)}
        actions={
          manages && accounts.length > 0 ? (
            <Button size="large" type="primary" icon={<ImportOutlined />} onClick={() => setImporting(true)}>
              {t(texts.import)}
            </Button>
          ) : null
        }
      />
      <Flex wrap gap={12} style={{ marginBottom: 16 }}>
        <Segmented<SettlementTab>
          size="large"
          aria-label={t(frameTexts.functionNames.settlements)}
          value={shown}
          onChange={(tab) => go({ account: search.account, ...(tab === "files" ? {} : { tab }) })}
          options={tabs.map((one) => ({ value: one, label: t(texts.tab[one]) }))}
        />
        <Select
          size="large"
          style={{ flex: "1 1 180px", maxWidth: 280 }}
          aria-label={t(texts.account)}
          showSearch={{ optionFilterProp: "label" }}
          value={search.account ?? ALL}
          options={[{ value: ALL, label: t(texts.allAccounts) }, ...accounts.map(({ account_id, name }) => ({ value: account_id, label: name }))]}
          onChange={(account: string) => go({ ...search, account, pages: undefined })}
        />
      </Flex>
      <QueryView query={files}>
        {(data) =>
          data.accounts.length === 0 ? (
            <EmptyState title={t(texts.noAccounts)} hint={t(texts.noAccountsHint)} />
          ) : shown === "files" ? (
            <FilesView brandId={brandId} query={files} pages={search.pages ?? []} onPages={(pages) => go({ ...search, pages })} />
          ) : (
            <UnsettledView brandId={brandId} search={search} accounts={data.accounts} onChange={go} />
          )
        }
      </QueryView>
      {importing ? <ImportDrawer brandId={brandId} accounts={accounts} chosen={search.account} onClose={() => setImporting(false)} /> : null}
    </Page>
  );
}

function dropEmpty(search: SettlementsSearch): SettlementsSearch {
  const kept = Object.entries(search).filter(([, value]) => value !== undefined && value !== "" && value !== false && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(kept) as SettlementsSearch;
}
