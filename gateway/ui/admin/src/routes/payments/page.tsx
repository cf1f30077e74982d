import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Segmented } from "antd";

import { texts as frameTexts } from "../../frame/texts";
import { useMe } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState } from "../../patterns/states";
import { holdsBrand } from "../../session/may";
import { AccountsView } from "./accounts-view";
import { MethodsView } from "./methods-view";
import styles from "./payments.module.css";
import { tabs, type PaymentSearch, type PaymentTab } from "./tabs";
import { texts } from "./texts";

/** 收款金流設定: the payment methods of a brand and the provider accounts that take the money. */
export function PaymentsPage() {
  const t = useT();
  const { brandId = "" } = useParams({ strict: false });
  const { tab, verify } = useSearch({ strict: false }) as PaymentSearch;
  const navigate = useNavigate();
  const ofBrand = holdsBrand(useMe(), brandId);
  const shown = tab ?? "methods";
  const open = (next: PaymentTab) => void navigate({ to: ".", search: next === "accounts" ? { tab: next } : {} });
  return (
    <Page narrow>
      <PageHeader title={t(frameTexts.functionNames.payments)} hint={t(texts.hint)} />
      <Segmented<PaymentTab>
        size="large"
        block
        className={styles.tabs ?? ""}
        aria-label={t(frameTexts.functionNames.payments)}
        value={shown}
        onChange={open}
        options={tabs.map((one) => ({ value: one, label: t(texts.tab[one]) }))}
      />
      {shown === "accounts" ? (
        <AccountsView key={brandId} brandId={brandId} verify={verify} onVerified={() => open("accounts")} />
      ) : ofBrand ? (
        <MethodsView key={brandId} brandId={brandId} onAccounts={() => open("accounts")} />
      ) : (
        <EmptyState title={t(texts.tab.methods)} hint={t(texts.ofBrand)} />
      )}
    </Page>
  );
}
