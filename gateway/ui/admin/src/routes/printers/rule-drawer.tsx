import { useQuery } from "@tanstack/react-query";
import { App, Button, Form, InputNumber, Select, Switch } from "antd";
import { useState } from "react";

import { allProductsQuery, categoriesQuery } from "../../data/shared-queries";
import type { PrintPoint, PrintRule, PrintTrigger, SlipsPer } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { RefusalAlert, useFormRefusal } from "../../patterns/form-refusal";
import { useBodyKey } from "../../patterns/use-body-key";
import { texts as jobTexts } from "../print-jobs/texts";
import styles from "./printers.module.css";
import { saveRule, templatesQuery } from "./queries";
import { wordsOf } from "./routes";
import { documentsOn, draftOf, hasOwnMoment, inputOf, newRule, type RuleDraft } from "./rule";
import { SlipPreview } from "./slip-preview";
import { texts } from "./texts";
import { useDeed } from "./use-deed";

const triggers = ["placed", "accepted", "preparing", "ready", "completed", "manual"] as const satisfies readonly PrintTrigger[];
const counts = ["order", "station", "item"] as const satisfies readonly SlipsPer[];
const sources = ["web", "line", "qr_table", "counter", "uber_eats"] as const satisfies PrintRule["channels"];
const LARGEST_AMOUNT = 9_999_999;

interface RuleDrawerProps {
  branchId: string;
  point: PrintPoint;
  /** Left out for a new one. */
  rule: PrintRule | undefined;
  readOnly: boolean;
  onClose: () => void;
}

/** A rule beside what it prints, dot by dot. */
export function RuleDrawer({ branchId, point, rule, readOnly, onClose }: RuleDrawerProps) {
  const t = useT();
  const { message } = App.useApp();
  const { brand } = useScope();
  const brandId = brand?.brand_id ?? "";
  const [form] = Form.useForm<RuleDraft>();
  const { refusal, refuse, clear } = useFormRefusal(form);
  const { refresh } = useDeed(branchId);
  const keyOf = useBodyKey();
  const [busy, setBusy] = useState(false);
  const [initial] = useState(() => (rule ? draftOf(rule) : newRule(point.paper)));
  const document = Form.useWatch("document", form) ?? initial.document;
  const per = Form.useWatch("per", form) ?? initial.per;
  const products = useQuery({ ...allProductsQuery(brandId), enabled: brandId !== "" });
  const categories = useQuery({ ...categoriesQuery(brandId), enabled: brandId !== "" });
  const templates = useQuery({ ...templatesQuery(brandId), enabled: brandId !== "" });
  const chosen = point.templates.find((one) => one.document === document)?.template_id;
  const layout = templates.data?.find(({ template_id }) => template_id === chosen)?.layout ?? null;

  async function save() {
    setBusy(true);
    clear();
    try {
      const input = inputOf({ ...initial, ...(form.getFieldsValue(true) as RuleDraft) }, rule?.version ?? 0);
      await saveRule(point.print_point_id, rule?.rule_id, input, keyOf(input));
      await refresh();
      void message.success(t(common.formSaved));
      onClose();
    } catch (thrown) {
      refuse(thrown);
    } finally {
      setBusy(false);
    }
  }

  const many = { mode: "multiple" as const, size: "large" as const, optionFilterProp: "label" };
  const words = (field: "station" | "print_tag") => wordsOf(products.data, field).map((one) => ({ value: one, label: one }));
  return (
    <DetailDrawer
      open
      title={rule ? t(texts.editRule) : t(texts.addRule)}
      onClose={onClose}
      footer={
        readOnly ? null : (
          <div className={styles.foot}>
            <Button size="large" onClick={onClose}>{t(common.actionKeep)}</Button>
            <Button size="large" type="primary" loading={busy} onClick={() => form.submit()}>{t(common.formSave)}</Button>
          </div>
        )
      }
    >
      <Form<RuleDraft> form={form} layout="vertical" initialValues={initial} disabled={readOnly} requiredMark="optional" onFinish={() => void save()}>
        <Form.Item name="document" required label={t(texts.document)}>
          <Select size="large" options={documentsOn(point.paper).map((one) => ({ value: one, label: t(jobTexts.document[one]) }))} />
        </Form.Item>
        {hasOwnMoment(document) ? (
          <p className={styles.formHint}>{t(texts.moment[document])}</p>
        ) : (
          <Form.Item name="trigger" required label={t(texts.triggerLabel)}>
            <Select size="large" options={triggers.map((one) => ({ value: one, label: t(texts.trigger[one]) }))} />
          </Form.Item>
        )}
        <Form.Item name="per" required label={t(texts.perLabel)}>
          <Select size="large" options={counts.map((one) => ({ value: one, label: t(texts.per[one]) }))} />
        </Form.Item>
        <Form.Item name="methods" label={t(texts.methods)}>
          <Select {...many} placeholder={t(texts.allMethods)} options={point.scenes.map((one) => ({ value: one, label: t(common.method[one]) }))} />
        </Form.Item>
        <Form.Item name="channels" label={t(texts.channels)}>
          <Select {...many} placeholder={t(texts.allChannels)} options={sources.map((one) => ({ value: one, label: t(common.channel[one]) }))} />
        </Form.Item>
        <h3 className={styles.formTitle}>{t(texts.filterTitle)}</h3>
        <p className={styles.formHint}>{t(texts.filterHint)}</p>
        <Form.Item name="stations" label={t(texts.stations)}>
          <Select {...many} maxCount={50} placeholder={t(texts.any)} options={words("station")} />
        </Form.Item>
        <Form.Item name="print_tags" label={t(texts.tags)}>
          <Select {...many} maxCount={50} placeholder={t(texts.any)} options={words("print_tag")} />
        </Form.Item>
        <Form.Item name="category_ids" label={t(texts.categories)}>
          <Select {...many} maxCount={50} placeholder={t(texts.any)} options={(categories.data ?? []).map((one) => ({ value: one.category_id, label: one.name }))} />
        </Form.Item>
        <Form.Item name="product_ids" label={t(texts.products)}>
          <Select {...many} maxCount={200} placeholder={t(texts.any)} options={(products.data ?? []).map((one) => ({ value: one.product_id, label: one.name }))} />
        </Form.Item>
        <Form.Item name="paid_only" required label={t(texts.paidOnly)} valuePropName="checked">
          <Switch />
        </Form.Item>
        <Form.Item name="min_total" label={t(texts.minTotal)}>
          <InputNumber<number> size="large" min={0} max={LARGEST_AMOUNT} precision={0} prefix={brand?.currency === "TWD" ? "NT$" : brand?.currency} style={{ width: 200 }} placeholder={t(texts.any)} />
        </Form.Item>
        <Form.Item name="enabled" required label={t(texts.ruleOn)} valuePropName="checked">
          <Switch />
        </Form.Item>
        <RefusalAlert refusal={refusal} onReload={() => void refresh().then(onClose)} />
      </Form>
      <SlipPreview input={{ document, paper: point.paper, per, layout }} />
    </DetailDrawer>
  );
}
