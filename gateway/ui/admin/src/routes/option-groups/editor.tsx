import { ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Alert, Button, Checkbox, Flex, Form, Input, InputNumber, Modal } from "antd";
import { useState } from "react";

import { call, problemFrom } from "../../data/gateway";
import type { OptionGroupInput } from "../../data/types";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { placeProblems } from "../../patterns/problem-fields";
import styles from "./option-groups.module.css";
import { texts } from "./texts";

/** A group as it is edited; a new one has no id yet. */
export type GroupDraft = OptionGroupInput;

interface GroupDialogProps {
  brandId: string;
  draft: GroupDraft;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

/** The editor of an option group: its rule and its options in order. */
export function GroupDialog({ brandId, draft, onClose, onSaved }: GroupDialogProps) {
  const t = useT();
  const sentence = useReason();
  const [form] = Form.useForm<GroupDraft>();
  const [refused, setRefused] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function save(values: GroupDraft) {
    setBusy(true);
    setRefused(undefined);
    const { option_group_id, version } = draft;
    try {
      await call("PUT", "/api/admin/brands/{brand_id}/option-groups", {
        path: { brand_id: brandId }, body: option_group_id ? { ...values, option_group_id, version } : values,
      });
      await onSaved();
      onClose();
    } catch (thrown) {
      const problem = problemFrom(thrown);
      const { placed } = placeProblems(problem.fields, form.getFieldsError().map(({ name }) => name));
      form.setFields(placed.map(({ name, problem: field }) => ({ name: name as never, errors: [sentence(field)] })));
      if (placed.length === 0) setRefused(sentence(problem));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal open width={760} onCancel={onClose} onOk={() => form.submit()} confirmLoading={busy} okText={t(common.formSave)} title={draft.option_group_id ? t(texts.editTitle, { name: draft.name }) : t(texts.add)} mask={{ closable: false }}>
      <Form<GroupDraft> form={form} layout="vertical" initialValues={draft} onFinish={(values) => void save(values)}>
        <Form.Item name="name" label={t(texts.name)} rules={[{ required: true, message: t(texts.nameNeeded) }]}>
          <Input maxLength={60} placeholder={t(texts.placeholder)} />
        </Form.Item>
        <Flex gap={16} wrap>
          <Form.Item name="min" label={t(texts.min)} extra={t(texts.minHint)}>
            <InputNumber min={0} max={20} precision={0} />
          </Form.Item>
          <Form.Item
            name="max"
            label={t(texts.max)}
            dependencies={["min"]}
            rules={[({ getFieldValue }) => ({ validator: (_, max: number) => (max >= (getFieldValue("min") as number) ? Promise.resolve() : Promise.reject(new Error(t(texts.maxBelowMin)))) })]}
          >
            <InputNumber min={0} max={20} precision={0} />
          </Form.Item>
          <Form.Item name="free_count" label={t(texts.free)} extra={t(texts.freeHint)}>
            <InputNumber min={0} max={20} precision={0} />
          </Form.Item>
        </Flex>
        <div className={`${styles.row} ${styles.heads}`} aria-hidden>
          <span>{t(texts.optionName)}</span>
          <span>{t(texts.optionPrice)}</span>
          <span>{t(texts.optionMost)}</span>
          <span>{t(texts.optionDefault)}</span>
        </div>
        <Form.List name="options">
          {(fields, { add, remove, move }) => (
            <>
              {fields.map(({ key, name }) => (
                <div key={key} className={styles.row}>
                  <Form.Item name={[name, "option_id"]} hidden>
                    <Input />
                  </Form.Item>
                  <Form.Item name={[name, "name"]} noStyle={false} style={{ margin: 0 }} rules={[{ required: true, message: t(texts.optionNameNeeded) }]}>
                    <Input maxLength={60} aria-label={t(texts.optionName)} />
                  </Form.Item>
                  <Form.Item name={[name, "price"]} style={{ margin: 0 }}>
                    <InputNumber prefix="+" min={0} max={9_999} precision={0} aria-label={t(texts.optionPrice)} style={{ width: "100%" }} />
                  </Form.Item>
                  <Form.Item name={[name, "max_quantity"]} style={{ margin: 0 }}>
                    <InputNumber min={1} max={10} precision={0} aria-label={t(texts.optionMost)} style={{ width: "100%" }} />
                  </Form.Item>
                  <Form.Item name={[name, "default_chosen"]} valuePropName="checked" style={{ margin: 0 }}>
                    <Checkbox aria-label={t(texts.optionDefault)} />
                  </Form.Item>
                  <Flex>
                    <Button type="text" icon={<ArrowUpOutlined />} disabled={name === 0} aria-label={t(common.actionUp)} onClick={() => move(name, name - 1)} />
                    <Button type="text" icon={<DeleteOutlined />} disabled={fields.length === 1} aria-label={t(texts.optionRemove)} onClick={() => remove(name)} />
                  </Flex>
                </div>
              ))}
              <Button style={{ marginTop: 12 }} icon={<PlusOutlined />} disabled={fields.length >= 50} onClick={() => add({ name: "", price: 0, max_quantity: 1, default_chosen: false })}>
                {t(texts.optionAdd)}
              </Button>
            </>
          )}
        </Form.List>
        {refused ? <Alert role="alert" type="error" showIcon title={refused} style={{ marginTop: 16 }} /> : null}
      </Form>
    </Modal>
  );
}
