import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Form } from "antd";
import { useState } from "react";

import type { PaymentAccount, ProviderInfo } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { RefusalAlert, useFormRefusal } from "../../patterns/form-refusal";
import { QueryView } from "../../patterns/states";
import { CredentialFields } from "./credential-fields";
import { credentialInputs } from "./credentials";
import styles from "./payments.module.css";
import { providersQuery, replaceCredentials } from "./queries";
import { texts } from "./texts";

interface CredentialsDrawerProps {
  account: PaymentAccount;
  /** Switches the account from test to live. */
  goesLive: boolean;
  onClose: () => void;
  onReload: () => void;
  onSaved: () => Promise<unknown>;
}

interface Entered {
  credentials?: Record<string, string | undefined>;
}

/** New keys for an account. */
export function CredentialsDrawer({ account, goesLive, onClose, onReload, onSaved }: CredentialsDrawerProps) {
  const t = useT();
  const { message } = App.useApp();
  const { branches } = useScope();
  const providers = useQuery(providersQuery);
  const [form] = Form.useForm<Entered>();
  const { refusal, refuse, clear } = useFormRefusal(form);
  const [busy, setBusy] = useState(false);
  const { name } = account;
  const mode = goesLive ? "live" : account.mode;
  const place = branches.find((one) => one.branch_id === account.branch_id)?.name ?? t(texts.wholeBrand);

  async function save({ credentials }: Entered, info: ProviderInfo) {
    setBusy(true);
    clear();
    try {
      await replaceCredentials(account, mode, credentialInputs(info.fields, credentials));
      await onSaved();
      void message.success(goesLive ? t(texts.wentLive, { name }) : t(texts.replaced));
      onClose();
    } catch (thrown) {
      refuse(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <DetailDrawer
      open
      title={t(goesLive ? texts.goLiveTitle : texts.replaceTitle, { name })}
      onClose={onClose}
      footer={
        <div className={styles.foot}>
          <Button size="large" onClick={onClose}>{t(common.actionKeep)}</Button>
          <Button size="large" type="primary" danger={goesLive} loading={busy} disabled={!providers.data} onClick={() => form.submit()}>
            {t(goesLive ? texts.goLiveDo : texts.replaceDo)}
          </Button>
        </div>
      }
    >
      <Alert type={goesLive ? "warning" : "info"} showIcon title={goesLive ? t(texts.goLiveHint, { place }) : t(texts.replaceHint)} />
      <QueryView query={providers}>
        {(all) => {
          const info = all.find((one) => one.provider === account.provider);
          if (!info) return null;
          const known = goesLive ? [] : account.credentials.filter(({ secret }) => !secret);
          const initial = { credentials: Object.fromEntries(known.map(({ name: field, shown }) => [field, shown])) };
          return (
            <Form<Entered> form={form} layout="vertical" initialValues={initial} requiredMark="optional" onFinish={(entered) => void save(entered, info)}>
              <p className={styles.formHint}>{`${t(texts.replaceAll)} ${t(texts.keysSecret)}`}</p>
              <CredentialFields fields={info.fields} {...(goesLive ? {} : { stored: account.credentials })} />
              <RefusalAlert refusal={refusal} onReload={onReload} />
            </Form>
          );
        }}
      </QueryView>
    </DetailDrawer>
  );
}
