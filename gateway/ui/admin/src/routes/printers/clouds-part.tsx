import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { formatDayTime } from "@yizhimai/kit";
import { Button } from "antd";
import { useState } from "react";

import type { PrintCloudAccount, PrintDevice } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { useDanger } from "../../patterns/use-danger";
import { Badge } from "../rules/badge";
import { CloudDrawer } from "./cloud-drawer";
import { accountOf, clouds, shownClouds, type Cloud } from "./clouds";
import styles from "./printers.module.css";
import { deleteCloudAccount } from "./queries";
import { texts } from "./texts";
import { useDeed } from "./use-deed";

interface CloudsPartProps {
  branchId: string;
  accounts: readonly PrintCloudAccount[];
  devices: readonly PrintDevice[];
  manages: boolean;
}

/** The organisation's accounts at vendors' clouds, with which their printers are driven. */
export function CloudsPart({ branchId, accounts, devices, manages }: CloudsPartProps) {
  const t = useT();
  const danger = useDanger();
  const { busy, run } = useDeed(branchId);
  const [edited, setEdited] = useState<Cloud>();
  const { scope } = useMe().account;
  const holds = manages && scope.organisation;
  const shown = shownClouds(accounts, devices);
  const addable = clouds.filter((cloud) => !shown.includes(cloud));

  const remove = (account: PrintCloudAccount, name: string) =>
    danger({
      title: t(texts.removeCloudTitle, { name }),
      text: t(texts.removeCloudText),
      deed: t(texts.remove),
      act: () => run(account.cloud_account_id, () => deleteCloudAccount(account)),
    });

  if (shown.length === 0 && !holds) return null;
  return (
    <section aria-label={t(texts.clouds)}>
      <div className={styles.tools}>
        <div className={styles.what}>
          <h2>{t(texts.clouds)}</h2>
          <p className={styles.soft}>{t(holds || !manages ? texts.cloudsHint : texts.cloudsOfOrganisation)}</p>
        </div>
        {holds ? (
          <span className={styles.acts}>
            {addable.map((cloud) => (
              <Button key={cloud} size="large" icon={<PlusOutlined />} onClick={() => setEdited(cloud)}>{t(texts.addCloud, { name: t(texts.cloud[cloud]) })}</Button>
            ))}
          </span>
        ) : null}
      </div>
      {shown.length > 0 ? (
        <ul className={styles.list}>
          {shown.map((cloud) => {
            const account = accountOf(accounts, cloud);
            const name = t(texts.cloud[cloud]);
            return (
              <li key={cloud} className={styles.row}>
                <AccountWords name={name} account={account} />
                {holds ? (
                  <span className={styles.acts}>
                    <Button type={account ? "default" : "primary"} aria-label={t(texts.setCloudNamed, { name })} onClick={() => setEdited(cloud)}>
                      {t(account ? texts.changeCloud : texts.setCloud)}
                    </Button>
                    {account && account.devices === 0 ? (
                      <Button type="text" danger icon={<DeleteOutlined />} loading={busy === account.cloud_account_id} aria-label={t(texts.removeNamed, { name })} onClick={() => remove(account, name)} />
                    ) : null}
                  </span>
                ) : null}
              </li>
            );
          })}
        </ul>
      ) : null}
      {edited ? <CloudDrawer branchId={branchId} cloud={edited} account={accountOf(accounts, edited)} onClose={() => setEdited(undefined)} /> : null}
    </section>
  );
}

function AccountWords({ name, account }: { name: string; account: PrintCloudAccount | undefined }) {
  const t = useT();
  const { timeZone } = useScope();
  const facts = account
    ? [account.user, t(texts.cloudKeyShown, { end: account.key_last_four || "****" }), t(texts.cloudDevices, { count: account.devices })]
    : [t(texts.cloudMissingHint)];
  return (
    <div className={styles.what}>
      <span className={styles.head}>
        <strong>{name}</strong>
        {account ? null : <Badge tone="warn">{t(texts.cloudMissing)}</Badge>}
        {account?.refused_at ? <Badge tone="bad">{t(texts.cloudRefused, { time: formatDayTime(account.refused_at, timeZone, new Date(), t.locale) })}</Badge> : null}
      </span>
      <span className={styles.soft}>{facts.join(" · ")}</span>
    </div>
  );
}
