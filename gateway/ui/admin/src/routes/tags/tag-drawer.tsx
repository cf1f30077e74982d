import { App, Button, Flex, Form, Input } from "antd";
import { useState } from "react";

import { problemFrom } from "../../data/gateway";
import type { Tag } from "../../data/types";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { ColourField } from "../../patterns/colour-field";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { RefusalAlert, useFormRefusal } from "../../patterns/form-refusal";
import { Suggest } from "../../patterns/suggest";
import { useBodyKey } from "../../patterns/use-body-key";
import { saveTag, type TagDraft } from "./queries";
import { texts } from "./texts";

const blank: TagDraft = { name: "", colour: "#1c5fb8", group_name: "", description: "" };

interface TagDrawerProps {
  /** Left out for a new one. */
  tag: Tag | undefined;
  /** Groups there are. */
  groups: readonly string[];
  onClose: () => void;
  onSaved: () => Promise<unknown>;
}

/** One tag: what it is called and what it means. A name that is close to another asks first. */
export function TagDrawer({ tag, groups, onClose, onSaved }: TagDrawerProps) {
  const t = useT();
  const sentence = useReason();
  const { message, modal } = App.useApp();
  const [form] = Form.useForm<TagDraft>();
  const [busy, setBusy] = useState(false);
  const { refusal, refuse, clear } = useFormRefusal(form);
  const keyOf = useBodyKey();
  const initial = tag ? { name: tag.name, colour: tag.colour, group_name: tag.group_name, description: tag.description } : blank;

  async function save(allowSimilar: boolean) {
    const draft = { ...initial, ...form.getFieldsValue() };
    setBusy(true);
    clear();
    try {
      await saveTag(tag, draft, allowSimilar, keyOf({ draft, allowSimilar }));
      await onSaved();
      void message.success(t(texts.saved, { name: draft.name }));
      onClose();
    } catch (thrown) {
      const problem = problemFrom(thrown);
      const similar = problem.reason === "TAG_SIMILAR" ? problem : problem.fields.find((field) => field.reason === "TAG_SIMILAR");
      if (similar && !allowSimilar) {
        modal.confirm({
          title: t(texts.similarTitle),
          content: t(texts.similarText, { sentence: sentence(similar) }),
          okText: t(texts.similarDo),
          cancelText: t(texts.similarKeep),
          autoFocusButton: "cancel",
          onOk: () => save(true),
        });
      } else {
        refuse(thrown);
      }
    } finally {
      setBusy(false);
    }
  }

  return (
    <DetailDrawer
      open
      title={t(tag ? texts.edit : texts.add)}
      onClose={onClose}
      footer={
        <Flex gap={8} justify="end">
          <Button size="large" onClick={onClose}>{t(common.actionKeep)}</Button>
          <Button size="large" type="primary" loading={busy} onClick={() => form.submit()}>{t(common.formSave)}</Button>
        </Flex>
      }
    >
      <Form<TagDraft> form={form} layout="vertical" initialValues={initial} requiredMark="optional" onFinish={() => void save(false)}>
        <Form.Item name="name" label={t(texts.name)} rules={[{ required: true, whitespace: true, message: t(texts.nameNeeded) }]}>
          <Input size="large" maxLength={20} showCount />
        </Form.Item>
        <Form.Item name="colour" required label={t(texts.colour)}>
          <ColourField />
        </Form.Item>
        <Form.Item name="group_name" label={t(texts.group)} extra={t(texts.groupHint)}>
          <Suggest maxLength={20} known={groups} />
        </Form.Item>
        <Form.Item name="description" label={t(texts.description)} extra={t(texts.descriptionHint)}>
          <Input.TextArea maxLength={200} showCount autoSize={{ minRows: 2, maxRows: 5 }} />
        </Form.Item>
        <RefusalAlert refusal={refusal} onReload={() => void onSaved().then(onClose)} />
      </Form>
    </DetailDrawer>
  );
}
