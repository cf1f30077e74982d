import { useQueries, useQueryClient } from "@tanstack/react-query";
import { App, Button, Flex, Form, Input, InputNumber, Radio, Select, type SelectProps } from "antd";
import { useState } from "react";

import type { GivingOccasion, GivingRule } from "../../data/benefit-types";
import { keys } from "../../data/keys";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { RefusalAlert, useFormRefusal } from "../../patterns/form-refusal";
import { useBodyKey } from "../../patterns/use-body-key";
import { useTiers } from "../membership/use-names";
import { giveableTemplatesQuery, saveGivingRule } from "./queries";
import { formOf, MOST_AT_A_TIME, MOST_COUPONS, MOST_DAYS_BEFORE, MOST_TIERS, occasions, sentOf, tiersOf, type GivingForm } from "./rule";
import { texts } from "./texts";

interface GivingDrawerProps {
  /** Left out for a new one. */
  rule: GivingRule | undefined;
  /** Its kind of coupon, where the screen is about one. */
  templateId: string | undefined;
  /** What a new one begins with. */
  occasion: GivingOccasion;
  onClose: () => void;
}

/** A rule of given coupons: which coupon, when, to whom, how many. */
export function GivingDrawer({ rule, templateId, occasion: begin, onClose }: GivingDrawerProps) {
  const t = useT();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [form] = Form.useForm<GivingForm>();
  const [initial] = useState(() => formOf(rule?.rule, { templateId: templateId ?? "", occasion: begin }));
  const [busy, setBusy] = useState(false);
  const { refusal, refuse, clear } = useFormRefusal(form);
  const keyOf = useBodyKey();
  const occasion = Form.useWatch("occasion", form) ?? initial.occasion;
  const birthdayBy = Form.useWatch("birthday_by", form) ?? initial.birthday_by;
  const tiers = [...useTiers().values()];
  const whole = (min: number, max: number, message_: string) => ({ required: true, type: "integer" as const, min, max, message: message_ });

  async function save() {
    const draft = sentOf({ ...initial, ...form.getFieldsValue() });
    setBusy(true);
    clear();
    try {
      await saveGivingRule(rule, draft, keyOf(draft));
      await client.invalidateQueries({ queryKey: keys.givingRules() });
      void message.success(t(texts.saved, { name: draft.name }));
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
      title={t(rule ? texts.edit : texts.add)}
      onClose={onClose}
      footer={
        <Flex gap={8} justify="end">
          <Button size="large" onClick={onClose}>{t(common.actionKeep)}</Button>
          <Button size="large" type="primary" loading={busy} onClick={() => form.submit()}>{t(common.formSave)}</Button>
        </Flex>
      }
    >
      <Form<GivingForm> form={form} layout="vertical" initialValues={initial} requiredMark="optional" onFinish={() => void save()}>
        <Form.Item name="name" label={t(texts.name)} rules={[{ required: true, whitespace: true, message: t(texts.nameNeeded) }]}>
          <Input size="large" maxLength={60} showCount />
        </Form.Item>
        {templateId ? null : <TemplateField />}
        <Form.Item name="occasion" required label={t(texts.occasion)} extra={t(rule ? texts.occasionFixed : texts.occasionHint[occasion])}>
          <Radio.Group disabled={rule !== undefined} style={{ display: "flex", flexWrap: "wrap", gap: "12px 16px" }} options={occasions.map((one) => ({ value: one, label: t(texts.occasionIs[one]) }))} />
        </Form.Item>
        {tiersOf(occasion) === "none" ? null : (
          <Form.Item
            name="tier_ids"
            label={t(texts.tiers)}
            rules={tiersOf(occasion) === "needed" ? [{ required: true, type: "array", min: 1, message: t(texts.tiersNeeded) }] : []}
          >
            <Select<string[]>
              mode="multiple"
              size="large"
              maxCount={MOST_TIERS}
              placeholder={tiersOf(occasion) === "possible" ? t(texts.tiersAll) : undefined}
              showSearch={{ optionFilterProp: "label" }}
              options={tiers.map((one) => ({ value: one.tier_id ?? "", label: one.name }))}
            />
          </Form.Item>
        )}
        {occasion === "birthday" ? (
          <>
            <Form.Item name="birthday_by" required label={t(texts.birthdayBy)}>
              <Radio.Group options={(["month", "days"] as const).map((one) => ({ value: one, label: t(texts.birthdayByIs[one]) }))} />
            </Form.Item>
            {birthdayBy === "days" ? (
              <Form.Item name="days_before" label={t(texts.daysBefore)} rules={[whole(0, MOST_DAYS_BEFORE, t(texts.daysNeeded))]}>
                <InputNumber<number> size="large" min={0} max={MOST_DAYS_BEFORE} precision={0} suffix={t(common.unitDays)} style={{ width: 160 }} />
              </Form.Item>
            ) : null}
          </>
        ) : null}
        <Form.Item name="count" label={t(texts.count)} rules={[whole(1, MOST_AT_A_TIME, t(texts.countNeeded))]}>
          <InputNumber<number> size="large" min={1} max={MOST_AT_A_TIME} precision={0} suffix={t(texts.unit)} style={{ width: 160 }} />
        </Form.Item>
        <Form.Item name="most_coupons" label={t(texts.most)}>
          <InputNumber<number> size="large" min={1} max={MOST_COUPONS} precision={0} suffix={t(texts.unit)} placeholder={t(texts.mostNone)} style={{ width: "100%" }} />
        </Form.Item>
        <RefusalAlert refusal={refusal} onReload={() => void client.invalidateQueries({ queryKey: keys.givingRules() }).then(onClose)} />
      </Form>
    </DetailDrawer>
  );
}

/** Kinds of coupons of all brands that can be given. */
function TemplateField() {
  const t = useT();
  const { brands } = useScope();
  const found = useQueries({ queries: brands.map(({ brand_id }) => giveableTemplatesQuery(brand_id)) });
  const groups = brands.map(({ name }, index) => ({ label: name, title: name, options: (found[index]?.data ?? []).map((one) => ({ value: one.template_id, label: one.internal_name })) }));
  const filled = groups.filter(({ options }) => options.length > 0);
  const options: SelectProps["options"] = filled.length === 1 ? (filled[0]?.options ?? []) : filled;
  const isNone = filled.length === 0 && found.every(({ isSuccess }) => isSuccess);
  return (
    <Form.Item name="template_id" label={t(texts.template)} extra={t(isNone ? texts.templateNone : texts.templateHint)} rules={[{ required: true, message: t(texts.templateNeeded) }]}>
      <Select size="large" showSearch={{ optionFilterProp: "label" }} loading={found.some(({ isLoading }) => isLoading)} options={options} />
    </Form.Item>
  );
}
