import { App, Alert, Button, Form, Input } from "antd";
import { useState } from "react";

import type { PrintCloudAccount } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { RefusalAlert, useFormRefusal } from "../../patterns/form-refusal";
import { SIGNS, type Cloud } from "./clouds";
import styles from "./printers.module.css";
import { saveCloudAccount } from "./queries";
import { texts } from "./texts";
import { useDeed } from "./use-deed";

interface CloudDrawerProps {
  branchId: string;
  cloud: Cloud;
  /** Left out where there is none yet. */
  account: PrintCloudAccount | undefined;
  onClose: () => void;
}

interface Entered {
  user: string;
  key: string;
}

/** User and key of the organisation's account at a vendor's cloud; a stored key is never shown again. */
export function CloudDrawer({ branchId, cloud, account, onClose }: CloudDrawerProps) {
  const t = useT();
  const { message } = App.useApp();
  const [form] = Form.useForm<Entered>();
  const { refusal, refuse, clear } = useFormRefusal(form);
  const { refresh } = useDeed(branchId);
  const [busy, setBusy] = useState(false);
  const name = t(texts.cloud[cloud]);
  const oneWord = [{ required: true, message: t(texts.cloudWordNeeded) }, { pattern: SIGNS, message: t(texts.cloudWordNeeded) }];
  const trimmed = (typed: string) => typed.trim();

  async function save({ user, key }: Entered) {
    setBusy(true);
    clear();
    try {
      await saveCloudAccount({ channel: cloud, version: account?.version ?? 0, user, key });
      await refresh();
      void message.success(t(texts.cloudSaved));
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
      title={t(texts.cloudTitle, { name })}
      onClose={onClose}
      footer={
        <div className={styles.foot}>
          <Button size="large" onClick={onClose}>{t(common.actionKeep)}</Button>
          <Button size="large" type="primary" loading={busy} onClick={() => form.submit()}>{t(common.formSave)}</Button>
        </div>
      }
    >
      <Alert type="info" showIcon title={t(texts.cloudFormHint[cloud])} />
      <Form<Entered> form={form} layout="vertical" initialValues={{ user: account?.user ?? "", key: "" }} requiredMark="optional" onFinish={(entered) => void save(entered)}>
        <Form.Item name="user" label={t(texts.cloudUser[cloud])} normalize={trimmed} rules={oneWord}>
          <Input size="large" maxLength={100} autoComplete="off" autoCapitalize="none" spellCheck={false} />
        </Form.Item>
        <Form.Item
          name="key"
          label={t(texts.cloudKey[cloud])}
          normalize={trimmed}
          rules={oneWord}
          extra={account ? t(texts.cloudKeyAgain, { end: account.key_last_four || "****" }) : t(texts.cloudKeyHint)}
        >
          <Input.Password size="large" maxLength={100} autoComplete="new-password" spellCheck={false} />
        </Form.Item>
        <RefusalAlert refusal={refusal} onReload={() => void refresh().then(onClose)} />
      </Form>
    </DetailDrawer>
  );
}
