import { formatDateTime } from "@yizhimai/kit";
import { Alert, App, Button, Checkbox, Flex, Form, Input, Switch } from "antd";
import { useState } from "react";

import { problemFrom } from "../../data/gateway";
import type { Tag } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { ColourField } from "../../patterns/colour-field";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { RefusalAlert, useFormRefusal } from "../../patterns/form-refusal";
import { Suggest } from "../../patterns/suggest";
import { useBodyKey } from "../../patterns/use-body-key";
import { saveTag } from "./queries";
import { hasConditions } from "./rule";
import { RuleFields } from "./rule-fields";
import { RulePreview } from "./rule-preview";
import { formOf, sentTag, type TagForm } from "./tag-form";
import { texts } from "./texts";

interface TagDrawerProps {
  /** Left out for a new one. */
  tag: Tag | undefined;
  /** Groups there are. */
  groups: readonly string[];
  onClose: () => void;
  onSaved: () => Promise<unknown>;
}

/** One tag: what it is called, what it means, and who has it. A name that is close to another asks first. */
export function TagDrawer({ tag, groups, onClose, onSaved }: TagDrawerProps) {
  const t = useT();
  const sentence = useReason();
  const { message, modal } = App.useApp();
  const [form] = Form.useForm<TagForm>();
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState(false);
  const { refusal, refuse, clear } = useFormRefusal(form);
  const keyOf = useBodyKey();
  const [initial] = useState(() => formOf(tag));
  const automatic = Form.useWatch("automatic", form) ?? initial.automatic;

  async function save(allowSimilar: boolean) {
    const values = form.getFieldsValue();
    const draft = sentTag({ ...initial, ...values, rule: { ...initial.rule, ...values.rule } });
    const lacks = draft.rule !== null && !hasConditions(draft.rule);
    setMissing(lacks);
    clear();
    if (lacks) return;
    setBusy(true);
    try {
      await saveTag(tag, draft, allowSimilar, keyOf({ draft, allowSimilar }));
      await onSaved();
      void message.success(t(draft.rule ? texts.savedRule : texts.saved, { name: draft.name }));
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
      <Form<TagForm> form={form} layout="vertical" initialValues={initial} requiredMark="optional" onFinish={() => void save(false)} onValuesChange={() => setMissing(false)}>
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
        <Form.Item name="automatic" valuePropName="checked" required label={t(texts.automatic)} extra={t(automatic ? texts.automaticHint : texts.manualHint)}>
          <Switch />
        </Form.Item>
        {automatic ? (
          <>
            <RuleFields form={form} missing={missing} />
            <RulePreview tagId={tag?.tag_id} form={form} />
            {tag?.rule ? <RuleState tag={tag} /> : null}
          </>
        ) : null}
        {!automatic && tag?.rule ? <Alert type="info" showIcon title={t(texts.ruleLeft, { count: tag.members })} /> : null}
        <RefusalAlert refusal={refusal} onReload={() => void onSaved().then(onClose)} />
      </Form>
    </DetailDrawer>
  );
}

/** When the rule was last applied, and pausing it. */
function RuleState({ tag }: { tag: Tag }) {
  const t = useT();
  const { timeZone } = useScope();
  return (
    <Form.Item
      name="rule_paused"
      valuePropName="checked"
      style={{ marginTop: 12 }}
      extra={tag.rule_applied_at ? t(texts.ruleApplied, { time: formatDateTime(tag.rule_applied_at, timeZone) }) : t(texts.ruleNotApplied)}
    >
      <Checkbox>{t(texts.rulePause)}</Checkbox>
    </Form.Item>
  );
}
