import { useQuery } from "@tanstack/react-query";
import { App, Button, Checkbox, Form, Input, InputNumber, Select, Switch } from "antd";
import { useState } from "react";

import type { Branch, PrintDevice, PrintPoint } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { RefusalAlert, useFormRefusal } from "../../patterns/form-refusal";
import { useBodyKey } from "../../patterns/use-body-key";
import { texts as jobTexts } from "../print-jobs/texts";
import { inputOfPoint, newPoint, pointDraft, substitutesFor, type PointDraft } from "./point";
import styles from "./printers.module.css";
import { savePoint, templatesQuery } from "./queries";
import { templated } from "./search";
import { texts } from "./texts";
import { useDeed } from "./use-deed";

const scenes = ["delivery", "pickup", "on_site"] as const satisfies PrintPoint["scenes"];

interface PointDrawerProps {
  branch: Branch;
  /** Left out for a new one. */
  point: PrintPoint | undefined;
  points: readonly PrintPoint[];
  devices: readonly PrintDevice[];
  onClose: () => void;
}

/** A print point: on which printer, for which orders, where it stands and how its slips look. */
export function PointDrawer({ branch, point, points, devices, onClose }: PointDrawerProps) {
  const t = useT();
  const { message } = App.useApp();
  const [form] = Form.useForm<PointDraft>();
  const { refusal, refuse, clear } = useFormRefusal(form);
  const { refresh } = useDeed(branch.branch_id);
  const [busy, setBusy] = useState(false);
  const keyOf = useBodyKey();
  const paired = devices.filter((device) => device.paired);
  const [initial] = useState(() => (point ? pointDraft(point) : newPoint(paired)));
  const device = Form.useWatch("device_id", form) ?? initial.device_id;
  const paper = devices.find((one) => one.device_id === device)?.paper;
  const templates = useQuery(templatesQuery(branch.brand_id));

  async function save() {
    setBusy(true);
    clear();
    try {
      const input = inputOfPoint(form.getFieldsValue(true) as PointDraft, point?.version ?? 0);
      await savePoint(branch.branch_id, point?.print_point_id, input, keyOf(input));
      await refresh();
      void message.success(t(common.formSaved));
      onClose();
    } catch (thrown) {
      refuse(thrown);
    } finally {
      setBusy(false);
    }
  }

  const fitting = (document: (typeof templated)[number]) => (templates.data ?? []).filter((one) => one.document === document && one.paper === paper);
  return (
    <DetailDrawer
      open
      title={point ? t(texts.editPoint) : t(texts.addPoint)}
      onClose={onClose}
      footer={
        <div className={styles.foot}>
          <Button size="large" onClick={onClose}>{t(common.actionKeep)}</Button>
          <Button size="large" type="primary" loading={busy} onClick={() => form.submit()}>{t(common.formSave)}</Button>
        </div>
      }
    >
      <Form<PointDraft> form={form} layout="vertical" initialValues={initial} requiredMark="optional" onFinish={() => void save()}>
        <Form.Item name="name" label={t(texts.pointName)} rules={[{ required: true, whitespace: true, message: t(texts.pointNameNeeded) }]}>
          <Input size="large" maxLength={60} showCount />
        </Form.Item>
        <Form.Item name="device_id" label={t(texts.device)} rules={[{ required: true, message: t(texts.deviceNeeded) }]}>
          <Select
            size="large"
            options={paired.map((one) => ({ value: one.device_id, label: `${one.name}（${one.serial}）` }))}
            onChange={() => form.setFieldsValue({ substitute_id: "", templates: Object.fromEntries(templated.map((one) => [one, ""])) })}
          />
        </Form.Item>
        <Form.Item name="scenes" label={t(texts.scenes)} rules={[{ required: true, message: t(texts.scenesNeeded) }]}>
          <Checkbox.Group options={scenes.map((one) => ({ value: one, label: t(common.method[one]) }))} />
        </Form.Item>
        <div className={styles.pair}>
          <Form.Item name="place" label={t(texts.place)} rules={[{ required: true, whitespace: true, message: t(texts.placeNeeded) }]}>
            <Input size="large" maxLength={30} />
          </Form.Item>
          <Form.Item name="copies" label={t(texts.copies)} rules={[{ required: true }]}>
            <InputNumber<number> size="large" min={1} max={5} precision={0} style={{ width: "100%" }} />
          </Form.Item>
        </div>
        <Form.Item name="enabled" required label={t(texts.enabled)} valuePropName="checked">
          <Switch />
        </Form.Item>
        <Form.Item name="substitute_id" label={t(texts.substitute)} extra={t(texts.substituteHint)}>
          <Select
            size="large"
            options={[
              { value: "", label: t(texts.noSubstitute) },
              ...substitutesFor(points, paper, device, point?.print_point_id).map((one) => ({ value: one.print_point_id, label: `${one.name}（${one.place}）` })),
            ]}
          />
        </Form.Item>
        <Form.Item name="prints_again" label={t(texts.again)} extra={t(texts.againHint)} valuePropName="checked">
          <Switch />
        </Form.Item>
        <h3 className={styles.formTitle}>{t(texts.templatesLabel)}</h3>
        {templated.map((document) => (
          <Form.Item key={document} name={["templates", document]} label={t(jobTexts.document[document])} hidden={fitting(document).length === 0} initialValue="">
            <Select
              size="large"
              options={[{ value: "", label: t(texts.templateDefault) }, ...fitting(document).map((one) => ({ value: one.template_id, label: one.name }))]}
            />
          </Form.Item>
        ))}
        {templated.every((document) => fitting(document).length === 0) ? <p className={styles.formHint}>{t(texts.noTemplates)}</p> : null}
        <RefusalAlert refusal={refusal} onReload={() => void refresh().then(onClose)} />
      </Form>
    </DetailDrawer>
  );
}
