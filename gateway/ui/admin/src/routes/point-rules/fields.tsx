import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Form, Input, InputNumber, Select, Switch, type FormInstance } from "antd";
import { useState } from "react";

import type { PointsProgramme, PointsRules } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { FormSection } from "../../patterns/form-page";
import { ScaledNumber } from "../../patterns/scaled-number";
import styles from "../membership/membership.module.css";
import type { Scope } from "../membership/programmes";
import { ScopeField, scopeOf } from "../membership/scope-field";
import { TargetFields } from "../membership/target-fields";
import { WhenField } from "../membership/when-field";
import { PointsPreviewPanel } from "./preview";
import { bonuses, earned, needsMonths, ONCE_BP, type RulesDraft } from "./rules";
import { texts } from "./texts";

const channels = ["web", "line", "qr_table", "counter", "uber_eats"] as const;
const methods = ["pickup", "delivery", "on_site"] as const;
const classes = ["promotion", "tier", "code", "coupon"] as const;
const expiries = ["months", "inactivity", "next_year_end", "never"] as const satisfies readonly PointsRules["expiry"][];
const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;

interface RulesFieldsProps {
  programme: PointsProgramme | undefined;
  free: readonly Scope[];
  form: FormInstance<RulesDraft>;
}

/** The sections of the form. */
export function RulesFields({ programme, free, form }: RulesFieldsProps) {
  const t = useT();
  const { brands } = useScope();
  const scope = Form.useWatch("scope", form) ?? "";
  const earns = Form.useWatch("earns", form) ?? true;
  const redeems = Form.useWatch("redeems", form) ?? true;
  const expiry = Form.useWatch(["rules", "expiry"], form) as PointsRules["expiry"] | undefined;
  const unit = (Form.useWatch(["rules", "unit_name"], form) as string | undefined) ?? "";
  const { brand_id } = programme ?? scopeOf(scope);
  const concerned = brands.filter((brand) => !brand_id || brand.brand_id === brand_id);
  const hints: Partial<Record<(typeof bonuses)[number], string>> = { birthday_bonus: t(texts.bonusBirthdayHint), profile_bonus: t(texts.bonusProfileHint) };
  const whole = (min: number, max: number, message: string) => ({ type: "integer" as const, required: true, min, max, message });
  return (
    <>
      <FormSection title={t(texts.basics)}>
        {programme ? null : <ScopeField free={free} />}
        <Form.Item name={["rules", "unit_name"]} label={t(texts.unit)} extra={t(texts.unitHint)} rules={[{ required: true, whitespace: true, message: t(texts.unitNeeded) }]}>
          <Input maxLength={20} style={{ maxWidth: 200 }} />
        </Form.Item>
      </FormSection>

      <FormSection title={t(texts.earning)} hint={t(texts.earningHint)}>
        <Form.Item name="earns" valuePropName="checked" label={t(texts.earns)} required>
          <Switch />
        </Form.Item>
        {earns ? (
          <>
            <div className={styles.inline}>
              <span>{t(texts.every)}</span>
              <Form.Item name={["rules", "earning", "every"]} rules={[whole(1, 1_000, t(texts.everyNeeded))]}>
                <InputNumber<number> aria-label={t(texts.every)} prefix="NT$" min={1} max={1_000} precision={0} style={{ width: 130 }} />
              </Form.Item>
              <span>{t(texts.gives)}</span>
              <Form.Item name={["rules", "earning", "points"]} rules={[whole(1, 100, t(texts.pointsNeeded))]}>
                <InputNumber<number> aria-label={t(texts.gives)} suffix={unit} min={1} max={100} precision={0} style={{ width: 110 }} />
              </Form.Item>
            </div>
            <Example form={form} unit={unit} />
            <div className={styles.pair} style={{ marginTop: 16 }}>
              <Form.Item name={["rules", "earning", "channels"]} label={t(texts.channels)}>
                <Select mode="multiple" allowClear placeholder={t(texts.all)} options={channels.map((one) => ({ value: one, label: t(common.channel[one]) }))} />
              </Form.Item>
              <Form.Item name={["rules", "earning", "methods"]} label={t(texts.methods)}>
                <Select mode="multiple" allowClear placeholder={t(texts.all)} options={methods.map((one) => ({ value: one, label: t(common.method[one]) }))} />
              </Form.Item>
            </div>
            <TargetFields name={["rules", "earning", "target"]} part="excluded" brands={concerned} />
            <Form.Item name={["rules", "waiting_days"]} label={t(texts.waitingDays)} extra={t(texts.waitingHint)} required>
              <InputNumber<number> min={0} max={30} precision={0} suffix={t(common.unitDays)} style={{ width: 130 }} />
            </Form.Item>
          </>
        ) : null}
      </FormSection>

      <FormSection title={t(texts.weekdays)} hint={t(texts.weekdaysHint)}>
        <Weekdays />
      </FormSection>

      <FormSection title={t(texts.bonuses)} hint={t(texts.bonusesHint)}>
        <div className={styles.pair}>
          {bonuses.map((name) => (
            <Form.Item key={name} name={["rules", name]} label={t(texts.bonus[name])} required extra={hints[name]}>
              <InputNumber<number> min={0} max={10_000} precision={0} suffix={unit} style={{ width: "100%" }} />
            </Form.Item>
          ))}
        </div>
      </FormSection>

      <FormSection title={t(texts.redeeming)} hint={t(texts.redeemingHint)}>
        <Form.Item name="redeems" valuePropName="checked" label={t(texts.redeems)} required>
          <Switch />
        </Form.Item>
        {redeems ? (
          <>
            <div className={styles.pair}>
              <Form.Item name={["rules", "redeeming", "worth_of_100"]} label={t(texts.worth)} rules={[{ required: true, type: "number", min: 1, max: 10_000, message: t(texts.worthNeeded) }]}>
                <ScaledNumber scale={100} prefix="NT$" min={0.01} max={100} step={0.5} style={{ width: "100%" }} />
              </Form.Item>
              <Form.Item name={["rules", "redeeming", "min_points"]} label={t(texts.minPoints)} required>
                <InputNumber<number> min={1} max={100_000} precision={0} suffix={unit} style={{ width: "100%" }} />
              </Form.Item>
              <Form.Item name={["rules", "redeeming", "step"]} label={t(texts.step)} required>
                <InputNumber<number> min={1} max={100_000} precision={0} suffix={unit} style={{ width: "100%" }} />
              </Form.Item>
              <Form.Item name={["rules", "redeeming", "min_spend"]} label={t(texts.minSpend)} required>
                <InputNumber<number> min={0} max={9_999_999} precision={0} prefix="NT$" placeholder={t(texts.minSpendNone)} style={{ width: "100%" }} />
              </Form.Item>
              <Form.Item name={["rules", "redeeming", "cap_bp"]} label={t(texts.cap)} rules={[{ required: true, type: "number", min: 1, max: ONCE_BP, message: t(texts.capNeeded) }]}>
                <ScaledNumber scale={100} min={0.01} max={100} step={5} suffix="%" style={{ width: "100%" }} />
              </Form.Item>
            </div>
            <Form.Item name={["rules", "redeeming", "not_beside"]} label={t(texts.notBeside)}>
              <Checkbox.Group options={classes.map((one) => ({ value: one, label: t(texts.benefitClass[one]) }))} />
            </Form.Item>
            <TargetFields name={["rules", "redeeming", "target"]} part="excluded" brands={concerned} />
          </>
        ) : null}
      </FormSection>

      <FormSection title={t(texts.expiry)} hint={t(texts.expiryHint)}>
        <Form.Item name={["rules", "expiry"]} label={t(texts.expiryLabel)} required>
          <Select style={{ maxWidth: 360 }} options={expiries.map((one) => ({ value: one, label: t(texts.expiryKind[one]) }))} />
        </Form.Item>
        {expiry && needsMonths(expiry) ? (
          <Form.Item name={["rules", "expiry_months"]} label={t(texts.months)} rules={[whole(1, 60, t(texts.monthsNeeded))]}>
            <InputNumber<number> min={1} max={60} precision={0} style={{ width: 130 }} />
          </Form.Item>
        ) : null}
      </FormSection>

      <FormSection title={t(texts.start)}>
        <WhenField />
      </FormSection>

      <FormSection title={t(texts.preview)} hint={t(texts.previewHint)}>
        <PointsPreviewPanel programmeId={programme?.programme_id} form={form} />
      </FormSection>
    </>
  );
}

/** 「消費 116 元得 11 點」, worked out while one types, with the days that give more. */
function Example({ form, unit }: { form: FormInstance<RulesDraft>; unit: string }) {
  const t = useT();
  const [goods, setGoods] = useState(116);
  const rules = Form.useWatch(["rules"], { form, preserve: true }) as RulesDraft["rules"] | undefined;
  const every = rules?.earning.every ?? 0;
  const points = rules?.earning.points ?? 0;
  const more = (rules?.weekday_factors ?? []).filter((one) => one?.weekday && one.factor_bp > ONCE_BP);
  return (
    <div className={styles.example}>
      <span>{t(texts.exampleSpend)}</span>
      <InputNumber<number> aria-label={t(texts.exampleAmount)} prefix="NT$" min={1} max={9_999_999} precision={0} value={goods} onChange={(amount) => setGoods(amount ?? 0)} style={{ width: 130 }} />
      <strong className="tabular" aria-live="polite">{t(texts.exampleGets, { points: earned(goods, { every, points }), unit })}</strong>
      {more.map(({ weekday, factor_bp }) => (
        <span key={weekday} className="tabular">
          {t(texts.exampleWeekday, { day: t(common.weekday[weekday as (typeof weekdays)[number]]), points: earned(goods, { every, points }, factor_bp), unit })}
        </span>
      ))}
    </div>
  );
}

function Weekdays() {
  const t = useT();
  return (
    <Form.List name={["rules", "weekday_factors"]}>
      {(fields, { add, remove }) => (
        <>
          {fields.map(({ key, name }) => (
            <div key={key} className={styles.inline}>
              <Form.Item name={[name, "weekday"]}>
                <Select aria-label={t(texts.weekday)} style={{ width: 92 }} options={weekdays.map((one) => ({ value: one, label: t(common.weekday[one]) }))} />
              </Form.Item>
              <Form.Item name={[name, "factor_bp"]} rules={[{ required: true, type: "number", min: ONCE_BP, max: 10 * ONCE_BP, message: t(texts.factorNeeded) }]}>
                <ScaledNumber scale={ONCE_BP} aria-label={t(texts.factor)} min={1} max={10} step={0.5} style={{ width: 76 }} />
              </Form.Item>
              <Form.Item name={[name, "adds"]} valuePropName="checked">
                <Checkbox>{t(texts.adds)}</Checkbox>
              </Form.Item>
              <Button type="text" size="large" icon={<DeleteOutlined />} aria-label={t(texts.removeWeekday)} onClick={() => remove(name)} style={{ marginBottom: 8 }} />
            </div>
          ))}
          <FreeDay fields={fields.length} onAdd={(weekday) => add({ weekday, factor_bp: 2 * ONCE_BP, adds: false })} />
        </>
      )}
    </Form.List>
  );
}

/** Adds the first weekday that has no factor yet. */
function FreeDay({ fields, onAdd }: { fields: number; onAdd: (weekday: number) => void }) {
  const t = useT();
  const form = Form.useFormInstance<RulesDraft>();
  function add() {
    const used = (form.getFieldValue(["rules", "weekday_factors"]) as { weekday: number }[] | undefined)?.map((one) => one.weekday) ?? [];
    onAdd(weekdays.find((one) => !used.includes(one)) ?? 1);
  }
  return (
    <Button icon={<PlusOutlined />} disabled={fields >= weekdays.length} onClick={add}>
      {t(texts.addWeekday)}
    </Button>
  );
}
