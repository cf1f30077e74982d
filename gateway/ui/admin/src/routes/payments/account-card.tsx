import { CheckCircleFilled, CopyOutlined } from "@ant-design/icons";
import { formatDateTime } from "@yizhimai/kit";
import { App, Button } from "antd";

import type { PaymentAccount } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { Facts } from "../../patterns/detail-drawer";
import styles from "./payments.module.css";
import { texts } from "./texts";

/** What can be done with an account. */
export type AccountAct = "edit" | "verify" | "replace" | "live";

interface AccountCardProps {
  account: PaymentAccount;
  manages: boolean;
  /** May enter credentials. */
  holdsKeys: boolean;
  onAct: (act: AccountAct) => void;
}

/** An account: where it takes money, its keys as far as they are shown, and the next step with it. */
export function AccountCard({ account, manages, holdsKeys, onAct }: AccountCardProps) {
  const t = useT();
  const { message } = App.useApp();
  const { branches, timeZone } = useScope();
  const { name, mode, archived } = account;
  const isTest = mode === "test";
  const place = account.branch_id ? (branches.find((one) => one.branch_id === account.branch_id)?.name ?? t(texts.formerBranch)) : t(texts.wholeBrand);
  const effective = formatDateTime(account.effective_at, timeZone);
  const isLater = Date.parse(account.effective_at) > Date.now();

  async function copy() {
    await navigator.clipboard.writeText(account.callback_url);
    void message.success(t(texts.copied));
  }

  return (
    <article className={styles.account} aria-label={name}>
      <div className={styles.accountHead}>
        <h2>{name}</h2>
        <span className={styles.mode} data-mode={archived ? "archived" : mode}>{archived ? t(texts.archived) : t(texts.mode[mode])}</span>
        <span className={styles.soft}>{[t(texts.provider[account.provider]), place].join(" · ")}</span>
      </div>
      <Facts
        facts={[
          [t(texts.captureLabel), t(texts.capture[account.capture])],
          [t(texts.effective), isLater ? t(texts.effectiveFrom, { time: effective }) : t(texts.effectiveSince, { time: effective })],
          [t(texts.settlement), t(texts.settlementOf, { days: account.settlement_days })],
          ...(account.store_code ? ([[t(texts.storeCode), account.store_code]] as const) : []),
          [
            t(texts.keys),
            <span key="keys">
              {account.credentials.filter(({ shown }) => shown !== "").map((one) => (
                <span key={one.name} style={{ display: "block" }}>{`${one.name}：${one.secret ? t(texts.ending, { shown: one.shown }) : one.shown}`}</span>
              ))}
              <span className={styles.soft}>{t(texts.keysAt, { number: account.credentials_number, time: formatDateTime(account.credentials_at, timeZone) })}</span>
            </span>,
          ],
          [
            t(texts.callback),
            <span key="callback" className={styles.address}>
              <code>{account.callback_url}</code>
              <Button icon={<CopyOutlined />} aria-label={`${t(texts.copy)}：${name}`} onClick={() => void copy()} />
            </span>,
          ],
          [
            t(texts.verify),
            account.verified_at ? (
              <span key="verified"><CheckCircleFilled aria-hidden style={{ color: "var(--state-ready)" }} /> {t(texts.verified, { time: formatDateTime(account.verified_at, timeZone) })}</span>
            ) : (
              t(texts.unverified)
            ),
          ],
        ]}
      />
      {manages ? (
        <div className={styles.accountActs}>
          {archived ? null : (
            <>
              <Button size="large" type={isTest && !account.verified_at ? "primary" : "default"} aria-label={t(texts.verifyOf, { name })} onClick={() => onAct("verify")}>
                {t(account.verified_at ? texts.verifyAgain : texts.verify)}
              </Button>
              {holdsKeys && isTest && account.verified_at ? <Button size="large" type="primary" onClick={() => onAct("live")}>{t(texts.goLive)}</Button> : null}
              {holdsKeys ? <Button size="large" onClick={() => onAct("replace")}>{t(texts.replace)}</Button> : null}
            </>
          )}
          <Button size="large" aria-label={t(common.actionEditNamed, { name })} onClick={() => onAct("edit")}>{t(common.actionEdit)}</Button>
          {holdsKeys && isTest && !archived && !account.verified_at ? <span className={styles.soft}>{t(texts.notVerified)}</span> : null}
        </div>
      ) : null}
    </article>
  );
}
