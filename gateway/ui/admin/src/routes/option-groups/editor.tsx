import { ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Alert, Button, Checkbox, Flex, Form, Input, InputNumber, Modal } from "antd";
import { useState } from "react";

import { call, problemFrom } from "../../data/gateway";
import type { OptionGroupInput } from "../../data/types";
import { useReason, useT } from "../../i18n";
import { placeProblems } from "../../patterns/problem-fields";
import styles from "./option-groups.module.css";

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
    <Modal open width={760} onCancel={onClose} onOk={() => form.submit()} confirmLoading={busy} okText={t("form.save")} title={draft.option_group_id ? t("group.editTitle", { name: draft.name }) : t("group.add")} mask={{ closable: false }}>
      <Form<GroupDraft> form={form} layout="vertical" initialValues={draft} onFinish={(values) => void save(values)}>
        <Form.Item name="name" label={t("group.name")} rules={[{ required: true, message: t("group.nameNeeded") }]}>
          <Input maxLength={60} placeholder={t("group.placeholder")} />
        </Form.Item>
        <Flex gap={16} wrap>
          <Form.Item name="min" label={t("group.min")} extra={t("group.minHint")}>
            <InputNumber min={0} max={20} precision={0} />
          </Form.Item>
          <Form.Item
            name="max"
            label={t("group.max")}
            dependencies={["min"]}
            rules={[({ getFieldValue }) => ({ validator: (_, max: number) => (max >= (getFieldValue("min") as number) ? Promise.resolve() : Promise.reject(new Error(t("group.maxBelowMin")))) })]}
          >
            <InputNumber min={0} max={20} precision={0} />
          </Form.Item>
          <Form.Item name="free_count" label={t("group.free")} extra={t("group.freeHint")}>
            <InputNumber min={0} max={20} precision={0} />
          </Form.Item>
        </Flex>
        <div className={`${styles.row} ${styles.heads}`} aria-hidden>
          <span>{t("option.name")}</span>
          <span>{t("option.price")}</span>
          <span>{t("option.most")}</span>
          <span>{t("option.default")}</span>
        </div>
        <Form.List name="options">
          {(fields, { add, remove, move }) => (
            <>
              {fields.map(({ key, name }) => (
                <div key={key} className={styles.row}>
                  <Form.Item name={[name, "option_id"]} hidden>
                    <Input />
                  </Form.Item>
                  <Form.Item name={[name, "name"]} noStyle={false} style={{ margin: 0 }} rules={[{ required: true, message: t("option.nameNeeded") }]}>
                    <Input maxLength={60} aria-label={t("option.name")} />
                  </Form.Item>
                  <Form.Item name={[name, "price"]} style={{ margin: 0 }}>
                    <InputNumber prefix="+" min={0} max={9_999} precision={0} aria-label={t("option.price")} style={{ width: "100%" }} />
                  </Form.Item>
                  <Form.Item name={[name, "max_quantity"]} style={{ margin: 0 }}>
                    <InputNumber min={1} max={10} precision={0} aria-label={t("option.most")} style={{ width: "100%" }} />
                  </Form.Item>
                  <Form.Item name={[name, "default_chosen"]} valuePropName="checked" style={{ margin: 0 }}>
                    <Checkbox aria-label={t("option.default")} />
                  </Form.Item>
                  <Flex>
                    <Button type="text" icon={<ArrowUpOutlined />} disabled={name === 0} aria-label={t("action.up")} onClick={() => move(name, name - 1)} />
                    <Button type="text" icon={<DeleteOutlined />} disabled={fields.length === 1} aria-label={t("option.remove")} onClick={() => remove(name)} />
                  </Flex>
                </div>
              ))}
              <Button style={{ marginTop: 12 }} icon={<PlusOutlined />} disabled={fields.length >= 50} onClick={() => add({ name: "", price: 0, max_quantity: 1, default_chosen: false })}>
                {t("option.add")}
              </Button>
            </>
          )}
        </Form.List>
        {refused ? <Alert role="alert" type="error" showIcon title={refused} style={{ marginTop: 16 }} /> : null}
      </Form>
    </Modal>
  );
}
