import { useQuery } from "@tanstack/react-query";
import { instantOf, formatDateTime } from "@yizhimai/kit";
import { App, Button, Form, Input, InputNumber, Radio, Select, Switch, type FormInstance } from "antd";
import { useState } from "react";

import type { CaptureMode, PaymentAccount, PaymentProvider, ProviderInfo } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { RefusalAlert, useFormRefusal } from "../../patterns/form-refusal";
import { QueryView } from "../../patterns/states";
import { useBodyKey } from "../../patterns/use-body-key";
import { WallField } from "../../patterns/wall-field";
import { holdsBrand } from "../../session/may";
import { accountInput, type AccountDraft } from "./account";
import { CredentialFields } from "./credential-fields";
import { credentialInputs } from "./credentials";
import styles from "./payments.module.css";
import { createAccount, providersQuery, updateAccount } from "./queries";
import { texts } from "./texts";

const captures = ["at_once", "later"] as const satisfies readonly CaptureMode[];
const DAYS_AHEAD = 365;
const WHOLE_BRAND = "";

interface ShellProps {
  title: string;
  busy: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: (providers: readonly ProviderInfo[]) => React.ReactNode;
}

function Shell({ title, busy, onSubmit, onClose, children }: ShellProps) {
  const t = useT();
  const providers = useQuery(providersQuery);
  return (
    <DetailDrawer
      open
      title={title}
      onClose={onClose}
      footer={
        <div className={styles.foot}>
          <Button size="large" onClick={onClose}>{t(common.actionKeep)}</Button>
          <Button size="large" type="primary" loading={busy} disabled={!providers.data} onClick={onSubmit}>{t(common.formSave)}</Button>
        </div>
      }
    >
      <QueryView query={providers}>{children}</QueryView>
    </DetailDrawer>
  );
}

/** What is not secret of an account. */
function AccountFields({ info, effectiveHint }: { info: ProviderInfo | undefined; effectiveHint: string }) {
  const t = useT();
  const capture = Form.useWatch<CaptureMode | undefined>("capture");
  const reserves = info?.separate_capture !== false;
  return (
    <>
      <Form.Item name="name" label={t(texts.accountName)} extra={t(texts.accountNameHint)} rules={[{ required: true, whitespace: true, message: t(texts.accountNameNeeded) }]}>
        <Input size="large" maxLength={60} showCount />
      </Form.Item>
      {reserves ? (
        <Form.Item name="capture" required label={t(texts.captureLabel)} extra={capture ? t(texts.captureHint[capture]) : ""}>
          <Radio.Group size="large" options={captures.map((one) => ({ value: one, label: t(texts.capture[one]) }))} />
        </Form.Item>
      ) : (
        <Form.Item required label={t(texts.captureLabel)}>{t(texts.captureOnly)}</Form.Item>
      )}
      <Form.Item name="effective" label={t(texts.effective)} extra={effectiveHint}>
        <EffectiveField />
      </Form.Item>
      <div className={styles.pair}>
        <Form.Item name="settlement_days" label={t(texts.settlement)}>
          <InputNumber<number> size="large" min={0} max={60} precision={0} suffix={t(common.unitDays)} style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="store_code" label={t(texts.storeCode)} extra={t(texts.storeCodeHint)} rules={[{ pattern: /^[A-Za-z0-9]{0,10}$/u, message: t(texts.storeCodeWrong) }]}>
          <Input size="large" />
        </Form.Item>
      </div>
    </>
  );
}

function EffectiveField({ value, onChange }: { value?: string; onChange?: (wall: string | undefined) => void }) {
  const t = useT();
  return <WallField label={t(texts.effective)} value={value} onChange={(wall) => onChange?.(wall)} daysAhead={DAYS_AHEAD} clearable />;
}

interface NewDraft extends AccountDraft {
  provider?: PaymentProvider;
  branch_id: string;
  credentials?: Record<string, string | undefined>;
}

/** A new account: it begins in test mode. */
export function NewAccountDrawer({ brandId, onClose, onSaved }: { brandId: string; onClose: () => void; onSaved: () => Promise<unknown> }) {
  const t = useT();
  const [form] = Form.useForm<NewDraft>();
  const [busy, setBusy] = useState(false);
  return (
    <Shell title={t(texts.addAccount)} busy={busy} onSubmit={() => form.submit()} onClose={onClose}>
      {(providers) => <NewAccountForm form={form} brandId={brandId} providers={providers} onBusy={setBusy} onClose={onClose} onSaved={onSaved} />}
    </Shell>
  );
}

interface NewAccountFormProps {
  form: FormInstance<NewDraft>;
  brandId: string;
  providers: readonly ProviderInfo[];
  onBusy: (busy: boolean) => void;
  onClose: () => void;
  onSaved: () => Promise<unknown>;
}

function NewAccountForm({ form, brandId, providers, onBusy, onClose, onSaved }: NewAccountFormProps) {
  const t = useT();
  const { message } = App.useApp();
  const { branches, timeZone } = useScope();
  const ofBrand = holdsBrand(useMe(), brandId);
  const { refusal, refuse, clear } = useFormRefusal(form);
  const keyOf = useBodyKey();
  const provider = Form.useWatch("provider", form);
  const info = providers.find((one) => one.provider === provider);
  const own = branches.filter((one) => one.brand_id === brandId && one.state !== "closed");
  const places = [...(ofBrand ? [{ value: WHOLE_BRAND, label: t(texts.wholeBrand) }] : []), ...own.map((one) => ({ value: one.branch_id, label: one.name }))];

  async function save(draft: NewDraft) {
    if (!info) return;
    onBusy(true);
    clear();
    try {
      const body = {
        ...accountInput(draft, info, (wall) => instantOf(wall, timeZone)),
        provider: info.provider, credentials: credentialInputs(info.fields, draft.credentials), ...(draft.branch_id ? { branch_id: draft.branch_id } : {}),
      };
      await createAccount(brandId, body, keyOf(body));
      await onSaved();
      void message.success(t(common.formSaved));
      onClose();
    } catch (thrown) {
      refuse(thrown);
    } finally {
      onBusy(false);
    }
  }

  const initial: NewDraft = { name: "", capture: "at_once", effective: undefined, store_code: "", settlement_days: 2, branch_id: places[0]?.value ?? WHOLE_BRAND };
  return (
    <Form<NewDraft> form={form} layout="vertical" initialValues={initial} requiredMark="optional" onFinish={(draft) => void save(draft)}>
      <Form.Item name="provider" label={t(texts.providerLabel)} rules={[{ required: true, message: t(texts.chooseProvider) }]}>
        <Select size="large" placeholder={t(texts.chooseProvider)} options={providers.map((one) => ({ value: one.provider, label: t(texts.provider[one.provider]) }))} onChange={() => form.resetFields(["credentials"])} />
      </Form.Item>
      <Form.Item name="branch_id" required label={t(texts.place)}>
        <Select size="large" showSearch={{ optionFilterProp: "label" }} options={places} />
      </Form.Item>
      <AccountFields info={info} effectiveHint={t(texts.effectiveNow)} />
      {info ? (
        <>
          <h3 className={styles.formTitle}>{t(texts.keysTest)}</h3>
          <p className={styles.formHint}>{`${t(texts.keysTestHint)} ${t(texts.keysSecret)}`}</p>
          <CredentialFields fields={info.fields} />
        </>
      ) : null}
      <RefusalAlert refusal={refusal} onReload={onClose} />
    </Form>
  );
}

interface EditAccountProps {
  account: PaymentAccount;
  onClose: () => void;
  onReload: () => void;
  onSaved: () => Promise<unknown>;
}

type EditDraft = AccountDraft & { in_use: boolean };

/** What is not secret of an account, and whether it still takes payments. */
export function EditAccountDrawer({ account, onClose, onReload, onSaved }: EditAccountProps) {
  const t = useT();
  const { message } = App.useApp();
  const { timeZone } = useScope();
  const [form] = Form.useForm<EditDraft>();
  const { refusal, refuse, clear } = useFormRefusal(form);
  const [busy, setBusy] = useState(false);
  const [initial] = useState<EditDraft>(() => ({
    name: account.name, capture: account.capture, effective: undefined, store_code: account.store_code, settlement_days: account.settlement_days, in_use: !account.archived,
  }));

  async function save(draft: EditDraft, info: ProviderInfo | undefined) {
    setBusy(true);
    clear();
    try {
      const input = accountInput(draft, info, (wall) => instantOf(wall, timeZone));
      await updateAccount(account, { ...input, archived: !draft.in_use });
      await onSaved();
      void message.success(t(common.formSaved));
      onClose();
    } catch (thrown) {
      refuse(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Shell title={t(texts.editAccount)} busy={busy} onSubmit={() => form.submit()} onClose={onClose}>
      {(providers) => {
        const info = providers.find((one) => one.provider === account.provider);
        return (
          <Form<EditDraft> form={form} layout="vertical" initialValues={initial} requiredMark="optional" onFinish={(draft) => void save(draft, info)}>
            <AccountFields info={info} effectiveHint={t(texts.effectiveKept, { time: formatDateTime(account.effective_at, timeZone) })} />
            <Form.Item name="in_use" required label={t(texts.inUse)} extra={t(texts.inUseHint)} valuePropName="checked">
              <Switch />
            </Form.Item>
            <RefusalAlert refusal={refusal} onReload={onReload} />
          </Form>
        );
      }}
    </Shell>
  );
}
