import { Alert, App, Button, Collapse, Form, Input, InputNumber, Select, Switch } from "antd";
import { useState } from "react";

import type { PrintAgent, PrintBuzzer, PrintChannel, PrintCloudAccount, PrintDevice } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { RefusalAlert, useFormRefusal } from "../../patterns/form-refusal";
import { useBodyKey } from "../../patterns/use-body-key";
import { accountOf, isCloud, serialOf } from "./clouds";
import { changeOf, creationOf, deviceDraft, newDevice, papersOf, SERIAL, type DeviceDraft } from "./device";
import styles from "./printers.module.css";
import { createDevice, updateDevice } from "./queries";
import { texts } from "./texts";
import { useDeed } from "./use-deed";

const channels = ["star_cloudprnt", "epson_sdp", "agent", "xpyun", "feie"] as const satisfies readonly PrintChannel[];
const buzzers = ["none", "epson", "clone"] as const satisfies readonly PrintBuzzer[];

interface DeviceDrawerProps {
  branchId: string;
  /** Left out for a new one. */
  device: PrintDevice | undefined;
  agents: readonly PrintAgent[];
  /** Undefined while they are not known. */
  accounts: readonly PrintCloudAccount[] | undefined;
  onClose: () => void;
  /** A new one was made: its address is known this once. */
  onCreated: (device: PrintDevice, address: string) => void;
}

/** A printer: how it is reached, its serial and paper, and what differs between models. */
export function DeviceDrawer({ branchId, device, agents, accounts, onClose, onCreated }: DeviceDrawerProps) {
  const t = useT();
  const { message } = App.useApp();
  const [form] = Form.useForm<DeviceDraft>();
  const { refusal, refuse, clear } = useFormRefusal(form);
  const { refresh } = useDeed(branchId);
  const keyOf = useBodyKey();
  const [busy, setBusy] = useState(false);
  const [initial] = useState<DeviceDraft>(() => (device ? deviceDraft(device) : newDevice));
  const channel = Form.useWatch("channel", form) ?? initial.channel;
  const paper = Form.useWatch("paper", form) ?? initial.paper;
  const lacksAccount = isCloud(channel) && accounts !== undefined && !accountOf(accounts, channel);
  const [serialHint, serialWrong] = isCloud(channel) ? [texts.cloudSerial[channel], texts.cloudSerial[channel]] : [texts.serialHint, texts.serialWrong];

  async function save() {
    setBusy(true);
    clear();
    const draft = { ...initial, ...(form.getFieldsValue(true) as Partial<DeviceDraft>) };
    try {
      if (device) {
        await updateDevice(device.device_id, { ...changeOf(draft), version: device.version });
        void message.success(t(common.formSaved));
        onClose();
      } else {
        const body = creationOf(draft);
        const made = await createDevice(branchId, body, keyOf(body));
        onCreated(made.device, made.address);
      }
      await refresh();
    } catch (thrown) {
      refuse(thrown);
    } finally {
      setBusy(false);
    }
  }

  function onChannel(next: PrintChannel) {
    const fitting = papersOf(next);
    if (!fitting.includes(paper)) form.setFieldValue("paper", fitting[0]);
  }

  return (
    <DetailDrawer
      open
      title={device ? t(texts.editDevice) : t(texts.addDevice)}
      onClose={onClose}
      footer={
        <div className={styles.foot}>
          <Button size="large" onClick={onClose}>{t(common.actionKeep)}</Button>
          <Button size="large" type="primary" loading={busy} onClick={() => form.submit()}>{device ? t(common.formSave) : t(texts.create)}</Button>
        </div>
      }
    >
      <Form<DeviceDraft> form={form} layout="vertical" initialValues={initial} requiredMark="optional" onFinish={() => void save()}>
        <Form.Item name="channel" required label={t(texts.channelLabel)}>
          <Select size="large" disabled={device !== undefined} onChange={onChannel} options={channels.map((one) => ({ value: one, label: t(texts.channel[one]) }))} />
        </Form.Item>
        {lacksAccount ? <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={t(texts.cloudFirst, { name: t(texts.channel[channel]) })} /> : null}
        <Form.Item name="paper" required label={t(texts.kind)}>
          <Select size="large" disabled={device !== undefined} options={papersOf(channel).map((one) => ({ value: one, label: t(texts.paper[one]) }))} />
        </Form.Item>
        <Form.Item name="serial" label={t(texts.serial)} extra={t(serialHint)} rules={[{ required: true, message: t(serialWrong) }, { pattern: serialOf(channel) ?? SERIAL, message: t(serialWrong) }]}>
          <Input size="large" maxLength={40} disabled={device !== undefined} autoCapitalize="characters" spellCheck={false} />
        </Form.Item>
        <Form.Item name="name" label={t(texts.deviceName)} rules={[{ required: true, whitespace: true, message: t(texts.deviceNameNeeded) }]}>
          <Input size="large" maxLength={60} showCount />
        </Form.Item>
        {channel === "agent" ? (
          <>
            <Form.Item name="agent_id" label={t(texts.agent)} rules={[{ required: true, message: t(texts.agentNeeded) }]}>
              <Select size="large" options={agents.map((one) => ({ value: one.agent_id, label: one.name }))} />
            </Form.Item>
            <Form.Item name="agent_address" label={t(texts.agentAddress)} extra={t(texts.agentAddressHint)} rules={[{ required: true, whitespace: true, message: t(texts.agentAddressNeeded) }]}>
              <Input size="large" maxLength={120} spellCheck={false} />
            </Form.Item>
          </>
        ) : null}
        {channel === "feie" && !device ? (
          <Form.Item name="vendor_key" label={t(texts.vendorKey)} rules={[{ required: true, whitespace: true, message: t(texts.vendorKeyNeeded) }]}>
            <Input size="large" maxLength={60} autoComplete="off" spellCheck={false} />
          </Form.Item>
        ) : null}
        <Form.Item name="model" label={t(texts.model)}>
          <Input size="large" maxLength={60} />
        </Form.Item>
        <Collapse ghost items={[{ key: "model", forceRender: true, label: t(texts.advanced), children: <ModelFields isLabel={paper === "label_40x25"} channel={channel} /> }]} />
        <RefusalAlert refusal={refusal} onReload={() => void refresh().then(onClose)} />
      </Form>
    </DetailDrawer>
  );
}

/** What differs between models of one connection. */
function ModelFields({ isLabel, channel }: { isLabel: boolean; channel: PrintChannel }) {
  const t = useT();
  return (
    <>
      <Form.Item name="offline_after_secs" label={t(texts.offlineAfter)}>
        <InputNumber<number> size="large" min={30} max={600} precision={0} suffix={t(common.unitSeconds)} style={{ width: 160 }} />
      </Form.Item>
      {isLabel ? null : (
        <>
          <Form.Item name="buzzer" label={t(texts.buzzerLabel)}>
            <Select size="large" options={buzzers.map((one) => ({ value: one, label: t(texts.buzzer[one]) }))} />
          </Form.Item>
          <Form.Item name="cutter" label={t(texts.cutter)} valuePropName="checked">
            <Switch />
          </Form.Item>
        </>
      )}
      {channel === "agent" ? (
        <Form.Item name="trusts_writing" label={t(texts.trusts)} valuePropName="checked">
          <Switch />
        </Form.Item>
      ) : null}
      {isLabel ? (
        <>
          <Form.Item name="label_gap" label={t(texts.gap)}>
            <InputNumber<number> size="large" min={0} max={10} precision={1} step={0.1} suffix="mm" style={{ width: 160 }} />
          </Form.Item>
          <Form.Item name="inverted_bitmap" label={t(texts.inverted)} valuePropName="checked">
            <Switch />
          </Form.Item>
          <Form.Item name="minimal_commands" label={t(texts.minimal)} valuePropName="checked">
            <Switch />
          </Form.Item>
        </>
      ) : null}
    </>
  );
}
