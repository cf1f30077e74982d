import { useQuery } from "@tanstack/react-query";
import { App, Button, Form, Input, InputNumber, Select, Switch } from "antd";
import { useState } from "react";

import type { PaymentMethod, ProviderInfo } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { RefusalAlert, useFormRefusal } from "../../patterns/form-refusal";
import { QueryView } from "../../patterns/states";
import { useBodyKey } from "../../patterns/use-body-key";
import { inputOf, isOnline, kinds, ofKind, ofProvider, providersOf, wordsOf, type MethodDraft } from "./method";
import styles from "./payments.module.css";
import { providersQuery, saveMethod } from "./queries";
import { wordName } from "./summary";
import { texts } from "./texts";

const ways = ["pickup", "delivery", "on_site"] as const satisfies readonly PaymentMethod["methods"][number][];
const sources = ["web", "line", "qr_table", "counter", "uber_eats"] as const satisfies readonly PaymentMethod["channels"][number][];
const LARGEST_AMOUNT = 99_999_999;

interface MethodDrawerProps {
  brandId: string;
  /** Version of the list. */
  version: number;
  /** Left out for a new one. */
  methodId: string | undefined;
  draft: MethodDraft;
  onClose: () => void;
  onReload: () => void;
  onSaved: () => Promise<unknown>;
}

/** One payment method: what it is, what customers read, where and for which amounts it holds. */
export function MethodDrawer(props: MethodDrawerProps) {
  const t = useT();
  const providers = useQuery(providersQuery);
  const [form] = Form.useForm<MethodDraft>();
  const [busy, setBusy] = useState(false);
  return (
    <DetailDrawer
      open
      title={props.methodId ? t(texts.editMethod) : t(texts.addMethod)}
      onClose={props.onClose}
      footer={
        <div className={styles.foot}>
          <Button size="large" onClick={props.onClose}>{t(common.actionKeep)}</Button>
          <Button size="large" type="primary" loading={busy} disabled={!providers.data} onClick={() => form.submit()}>{t(common.formSave)}</Button>
        </div>
      }
    >
      <QueryView query={providers}>{(known) => <MethodForm {...props} form={form} providers={known} onBusy={setBusy} />}</QueryView>
    </DetailDrawer>
  );
}

interface MethodFormProps extends MethodDrawerProps {
  form: ReturnType<typeof Form.useForm<MethodDraft>>[0];
  providers: readonly ProviderInfo[];
  onBusy: (busy: boolean) => void;
}

function MethodForm({ brandId, version, methodId, draft, form, providers, onBusy, onClose, onReload, onSaved }: MethodFormProps) {
  const t = useT();
  const { message } = App.useApp();
  const { brand, branches } = useScope();
  const { refusal, refuse, clear } = useFormRefusal(form);
  const [initial] = useState(() => (draft.provider ? draft : ofKind(draft, draft.kind, providers)));
  const keyOf = useBodyKey();
  const kind = Form.useWatch("kind", form) ?? initial.kind;
  const provider = Form.useWatch("provider", form) ?? null;
  const choices = wordsOf(kind, provider, providers);
  const money = { min: 0, max: LARGEST_AMOUNT, precision: 0, prefix: brand?.currency === "TWD" ? "NT$" : brand?.currency, style: { width: "100%" }, size: "large" as const };

  async function save() {
    onBusy(true);
    clear();
    try {
      const input = inputOf(form.getFieldsValue(true) as MethodDraft);
      await saveMethod(brandId, version, input, methodId, keyOf({ version, input }));
      await onSaved();
      void message.success(t(common.formSaved));
      onClose();
    } catch (thrown) {
      refuse(thrown);
    } finally {
      onBusy(false);
    }
  }

  const change = (next: (draft: MethodDraft) => MethodDraft) => form.setFieldsValue(next(form.getFieldsValue(true) as MethodDraft));
  const own = branches.filter((one) => one.brand_id === brandId && one.state !== "closed");
  return (
    <Form<MethodDraft> form={form} layout="vertical" initialValues={initial} requiredMark="optional" onFinish={() => void save()}>
      <Form.Item name="kind" required label={t(texts.kindLabel)}>
        <Select size="large" options={kinds.map((one) => ({ value: one, label: t(texts.kind[one]) }))} onChange={(next) => change((now) => ofKind(now, next, providers))} />
      </Form.Item>
      {isOnline(kind) ? (
        <Form.Item name="provider" label={t(texts.providerLabel)} rules={[{ required: true, message: t(texts.providerNeeded) }]}>
          <Select
            size="large"
            placeholder={t(texts.chooseProvider)}
            options={providersOf(kind, providers).map((one) => ({ value: one, label: t(texts.provider[one]) }))}
            onChange={(next) => change((now) => ofProvider(now, next, providers))}
          />
        </Form.Item>
      ) : null}
      {isOnline(kind) && (choices.length > 1 || (kind === "other" && choices.length > 0)) ? (
        <Form.Item name="provider_method" required label={t(texts.wordLabel)}>
          <Select size="large" options={[...(kind === "other" ? [{ value: "", label: t(texts.wordAny) }] : []), ...choices.map((one) => ({ value: one, label: wordName(one, t) }))]} />
        </Form.Item>
      ) : null}
      <Form.Item name="name" label={t(texts.name)} rules={[{ required: true, whitespace: true, message: t(texts.nameNeeded) }]}>
        <Input size="large" maxLength={30} showCount placeholder={t(texts.kind[kind])} />
      </Form.Item>
      <Form.Item name="text" label={t(texts.note)} extra={t(texts.noteHint)}>
        <Input.TextArea maxLength={200} showCount autoSize={{ minRows: 2, maxRows: 5 }} />
      </Form.Item>
      <Form.Item name="enabled" required label={t(texts.enabled)} valuePropName="checked">
        <Switch />
      </Form.Item>

      <h3 className={styles.formTitle}>{t(texts.where)}</h3>
      <Form.Item name="branch_ids" label={t(texts.branches)}>
        <Select mode="multiple" size="large" maxCount={500} optionFilterProp="label" placeholder={t(texts.allBranches)} options={own.map((one) => ({ value: one.branch_id, label: one.name }))} />
      </Form.Item>
      <Form.Item name="methods" label={t(texts.methods)}>
        <Select mode="multiple" size="large" placeholder={t(texts.allMethods)} options={ways.map((one) => ({ value: one, label: t(common.method[one]) }))} />
      </Form.Item>
      <Form.Item name="channels" label={t(texts.channels)}>
        <Select mode="multiple" size="large" placeholder={t(texts.allChannels)} options={sources.map((one) => ({ value: one, label: t(common.channel[one]) }))} />
      </Form.Item>

      <h3 className={styles.formTitle}>{t(texts.amounts)}</h3>
      <div className={styles.pair}>
        <Form.Item name="min_amount" label={t(texts.min)}>
          <InputNumber<number> {...money} placeholder={t(texts.noLimit)} />
        </Form.Item>
        <Form.Item
          name="max_amount"
          label={t(texts.max)}
          dependencies={["min_amount"]}
          rules={[
            ({ getFieldValue }) => ({
              validator: (_, max: number | null | undefined) =>
                max === null || max === undefined || max >= Number(getFieldValue("min_amount") ?? 0) ? Promise.resolve() : Promise.reject(new Error(t(texts.maxBelow))),
            }),
          ]}
        >
          <InputNumber<number> {...money} placeholder={t(texts.noLimit)} />
        </Form.Item>
      </div>
      {isOnline(kind) ? (
        <Form.Item name="deposit_percent" label={t(texts.deposit)} extra={t(texts.depositHint)}>
          <InputNumber<number> size="large" min={1} max={99} precision={0} suffix="%" style={{ width: 140 }} />
        </Form.Item>
      ) : null}

      <h3 className={styles.formTitle}>{t(texts.fee)}</h3>
      <p className={styles.formHint}>{t(texts.feeHint)}</p>
      <div className={styles.pair}>
        <Form.Item name="fee_percent" label={t(texts.feePercent)}>
          <InputNumber<number> size="large" min={0} max={100} precision={2} step={0.1} suffix="%" style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="fee_fixed" label={t(texts.feeFixed)}>
          <InputNumber<number> {...money} />
        </Form.Item>
      </div>
      <RefusalAlert refusal={refusal} onReload={onReload} />
    </Form>
  );
}
