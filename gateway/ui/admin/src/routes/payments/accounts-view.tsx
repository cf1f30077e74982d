import { PlusOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Collapse } from "antd";
import { useState } from "react";

import { keys } from "../../data/keys";
import type { PaymentAccount } from "../../data/types";
import { useMe } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { EmptyState, QueryView } from "../../patterns/states";
import { may, mayDo } from "../../session/may";
import { parted } from "./account";
import { AccountCard, type AccountAct } from "./account-card";
import { EditAccountDrawer, NewAccountDrawer } from "./account-drawer";
import { CredentialsDrawer } from "./credentials-drawer";
import styles from "./payments.module.css";
import { accountsQuery } from "./queries";
import { texts } from "./texts";
import { VerifyDialog } from "./verify-dialog";

interface AccountsViewProps {
  brandId: string;
  /** Account whose verification a provider's page led back from. */
  verify: string | undefined;
  /** Once that verification has been looked at. */
  onVerified: () => void;
}

/** 金流帳號: the accounts at providers, of the brand and of its branches. */
export function AccountsView({ brandId, verify, onVerified }: AccountsViewProps) {
  const t = useT();
  const client = useQueryClient();
  const me = useMe();
  const accounts = useQuery(accountsQuery(brandId));
  const manages = may(me, "pay.settings", "manage");
  const holdsKeys = manages && mayDo(me, "payment.credentials");
  const [isNew, setIsNew] = useState(false);
  const [open, setOpen] = useState<{ accountId: string; act: AccountAct } | undefined>(verify ? { accountId: verify, act: "verify" } : undefined);
  const refresh = () => client.invalidateQueries({ queryKey: keys.paymentAccounts(brandId) });

  function close() {
    setOpen(undefined);
    if (verify) onVerified();
  }

  function reload() {
    close();
    void refresh();
  }

  const add = (
    <Button size="large" type="primary" icon={<PlusOutlined />} onClick={() => setIsNew(true)}>
      {t(texts.addAccount)}
    </Button>
  );
  return (
    <QueryView query={accounts}>
      {(listed) => {
        const { used, archived } = parted(listed);
        const account = listed.find((one) => one.account_id === open?.accountId);
        const card = (one: PaymentAccount) => (
          <AccountCard key={one.account_id} account={one} manages={manages} holdsKeys={holdsKeys} onAct={(act) => setOpen({ accountId: one.account_id, act })} />
        );
        return (
          <>
            {manages ? null : <Alert type="info" showIcon title={t(common.formReadOnly)} style={{ marginBottom: 12 }} />}
            {listed.length === 0 ? (
              <EmptyState title={t(texts.noAccounts)} hint={t(texts.noAccountsHint)} action={holdsKeys ? add : null} />
            ) : (
              <div className={styles.tools}>
                <p className={styles.soft} style={{ flex: "1 1 300px" }}>{t(texts.accountsHint)}</p>
                {holdsKeys ? add : null}
              </div>
            )}
            {used.map(card)}
            {archived.length > 0 ? (
              <Collapse ghost className={styles.archived ?? ""} items={[{ key: "archived", label: t(texts.archivedCount, { count: archived.length }), children: archived.map(card) }]} />
            ) : null}
            {isNew ? <NewAccountDrawer brandId={brandId} onClose={() => setIsNew(false)} onSaved={refresh} /> : null}
            {account && open?.act === "edit" ? <EditAccountDrawer account={account} onClose={close} onReload={reload} onSaved={refresh} /> : null}
            {account && (open?.act === "replace" || open?.act === "live") ? (
              <CredentialsDrawer account={account} goesLive={open.act === "live"} onClose={close} onReload={reload} onSaved={refresh} />
            ) : null}
            {account && open?.act === "verify" ? <VerifyDialog account={account} isBack={verify === account.account_id} onClose={close} onPassed={refresh} /> : null}
          </>
        );
      }}
    </QueryView>
  );
}
