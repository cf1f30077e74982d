import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Form, Input, InputNumber, Radio, Select, type FormInstance } from "antd";
import type { CSSProperties } from "react";

import type { Brand, TierChangeMode, TierProgramme, TierRules } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { ColourField } from "../../patterns/colour-field";
import { FormSection } from "../../patterns/form-page";
import { ScaledNumber } from "../../patterns/scaled-number";
import membership from "../membership/membership.module.css";
import type { Scope } from "../membership/programmes";
import { ScopeField, scopeOf } from "../membership/scope-field";
import { WhenField } from "../membership/when-field";
import { ExtraFields } from "./extra-fields";
import { TiersPreviewPanel } from "./preview";
import { firstNotRising, leftOut, measures, MOST_TIERS, nextTier, ONCE_BP, rulesOf, type Measure, type TierDraft, type TiersDraft } from "./rules";
import { texts } from "./texts";
import styles from "./tiers.module.css";

const windows = ["rolling_year", "calendar_year", "since_tier"] as const satisfies readonly TierRules["window"][];
const modes = ["at_expiry", "recalculate", "new_members"] as const satisfies readonly TierChangeMode[];
const MOST_AMOUNT = 99_999_999;

interface TierFieldsProps {
  programme: TierProgramme | undefined;
  free: readonly Scope[];
  form: FormInstance<TiersDraft>;
}

/** The sections of the form. */
export function TierFields({ programme, free, form }: TierFieldsProps) {
  const t = useT();
  const tiers = (Form.useWatch(["rules", "tiers"], { form, preserve: true }) as TierDraft[] | undefined) ?? [];
  const mode = Form.useWatch("mode", form) ?? "at_expiry";
  const scope = Form.useWatch("scope", form) ?? "";
  const { brands } = useScope();
  const { brand_id } = programme ?? scopeOf(scope);
  const concerned = brands.filter((brand) => !brand_id || brand.brand_id === brand_id);
  const gone = leftOut(programme, tiers);
  return (
    <>
      <FormSection title={t(texts.counting)} hint={t(texts.countingHint)}>
        {programme ? null : <ScopeField free={free} />}
        <Form.Item name={["rules", "window"]} label={t(texts.windowLabel)} required>
          <Select style={{ maxWidth: 320 }} options={windows.map((one) => ({ value: one, label: t(texts.window[one]) }))} />
        </Form.Item>
      </FormSection>

      <div style={{ marginTop: 16 }}>
        <p className={membership.soft} style={{ marginBottom: 8 }}>{t(texts.tierHint)}</p>
        <Form.List name={["rules", "tiers"]}>
          {(fields, { add, remove }) => (
            <>
              {fields.map(({ key, name }) => (
                <TierField key={key} place={name} tier={tiers[name]} brands={concerned} onRemove={() => remove(name)} />
              ))}
              <Button size="large" block style={{ marginTop: 12 }} icon={<PlusOutlined />} disabled={fields.length >= MOST_TIERS} onClick={() => add(nextTier(tiers, t(texts.newName)))}>
                {t(texts.add)}
              </Button>
            </>
          )}
        </Form.List>
      </div>

      {gone.length > 0 ? (
        <div style={{ marginTop: 16 }}>
          <FormSection title={t(texts.replaced)} hint={t(texts.replacedHint)}>
            {gone.map(({ tier, members }) => (
              <Form.Item
                key={tier.tier_id}
                name={["replacements", tier.tier_id ?? ""]}
                label={t(texts.replacedOf, { name: tier.name, count: members })}
                rules={[{ required: true, message: t(texts.replacedNeeded) }]}
              >
                <Select style={{ maxWidth: 320 }} options={tiers.map((one) => ({ value: one.name, label: one.name }))} />
              </Form.Item>
            ))}
          </FormSection>
        </div>
      ) : null}

      <div style={{ marginTop: 16 }}>
        <FormSection title={t(texts.preview)} hint={t(texts.previewHint)}>
          <TiersPreviewPanel programme={programme} form={form} />
        </FormSection>
        {programme ? (
          <FormSection title={t(texts.mode)}>
            <Form.Item name="mode" label={t(texts.modeLabel)} extra={t(texts.modeHint[mode])} required>
              <Radio.Group options={modes.map((one) => ({ value: one, label: t(texts.modeKind[one]) }))} />
            </Form.Item>
          </FormSection>
        ) : null}
        <FormSection title={t(texts.start)}>
          <WhenField />
        </FormSection>
      </div>
    </>
  );
}

interface TierFieldProps {
  place: number;
  tier: TierDraft | undefined;
  /** Brands of the programme. */
  brands: readonly Brand[];
  onRemove: () => void;
}

function TierField({ place, tier, brands, onRemove }: TierFieldProps) {
  const t = useT();
  const isBase = place === 0;
  const money = { min: 0, max: MOST_AMOUNT, precision: 0, prefix: "NT$", style: { width: "100%" } };
  return (
    <section className={`${membership.card} ${styles.tier}`} style={{ "--tier": tier?.colour ?? "var(--line)" } as CSSProperties} aria-label={tier?.name ?? ""}>
      <div className={styles.tierHead}>
        <h3>{t(texts.tierTitle, { place: place + 1 })}</h3>
        {isBase ? null : (
          <Button type="text" icon={<DeleteOutlined />} aria-label={t(texts.remove, { name: tier?.name ?? "" })} onClick={onRemove} />
        )}
      </div>
      <div className={membership.pair}>
        <Form.Item name={[place, "name"]} label={t(texts.name)} rules={[{ required: true, whitespace: true, message: t(texts.nameNeeded) }]}>
          <Input maxLength={20} />
        </Form.Item>
        <Form.Item name={[place, "colour"]} label={t(texts.colour)} required>
          <ColourField />
        </Form.Item>
      </div>
      {isBase ? (
        <p className={membership.soft}>{t(texts.base)}</p>
      ) : (
        <>
          <h4>{t(texts.upgrade)}</h4>
          <p className={membership.soft}>{t(texts.upgradeHint)}</p>
          <ConditionFields place={place} part="upgrade" rises />
          <h4>{t(texts.keeping)}</h4>
          <div className={membership.inline}>
            <Form.Item name={[place, "for_ever"]} valuePropName="checked">
              <Checkbox>{t(texts.forEver)}</Checkbox>
            </Form.Item>
          </div>
          {tier?.for_ever ? null : (
            <>
              <div className={membership.pair}>
                <Form.Item name={[place, "validity_days"]} label={t(texts.validity)} rules={[{ required: true, type: "integer", min: 1, max: 3_650, message: t(texts.validityNeeded) }]}>
                  <InputNumber<number> min={1} max={3_650} precision={0} suffix={t(common.unitDays)} style={{ width: "100%" }} />
                </Form.Item>
                <Form.Item name={[place, "grace_days"]} label={t(texts.grace)} required>
                  <InputNumber<number> min={0} max={90} precision={0} suffix={t(common.unitDays)} style={{ width: "100%" }} />
                </Form.Item>
                <Form.Item name={[place, "downgrade"]} label={t(texts.downgradeLabel)} required>
                  <Select options={(["one_tier", "earned"] as const).map((one) => ({ value: one, label: t(texts.downgrade[one]) }))} />
                </Form.Item>
              </div>
              <Form.Item name={[place, "own_renewal"]} valuePropName="checked">
                <Checkbox>{t(texts.ownRenewal)}</Checkbox>
              </Form.Item>
              {tier?.own_renewal ? (
                <>
                  <h4>{t(texts.renewal)}</h4>
                  <ConditionFields place={place} part="renewal" />
                </>
              ) : null}
            </>
          )}
        </>
      )}
      <h4>{t(texts.benefits)}</h4>
      <p className={membership.soft}>{t(texts.benefitsHint)}</p>
      <div className={membership.pair} style={{ marginTop: 8 }}>
        <Form.Item name={[place, "benefits", "discount_bp"]} label={t(texts.discount)} extra={t(texts.discountHint)} rules={[{ required: true, type: "number", min: 0, max: 9_900, message: t(texts.discountNeeded) }]}>
          <PriceShare />
        </Form.Item>
        <Form.Item name={[place, "benefits", "max_discount"]} label={t(texts.mostDiscount)}>
          <InputNumber<number> {...money} min={1} placeholder={t(texts.noLimit)} />
        </Form.Item>
        <Form.Item name={[place, "benefits", "points_factor_bp"]} label={t(texts.factor)} rules={[{ required: true, type: "number", min: ONCE_BP, max: 10 * ONCE_BP, message: t(texts.factorNeeded) }]}>
          <ScaledNumber scale={ONCE_BP} min={1} max={10} step={0.5} style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name={[place, "benefits", "free_delivery_from"]} label={t(texts.delivery)}>
          <InputNumber<number> {...money} placeholder={t(texts.deliveryNone)} />
        </Form.Item>
      </div>
      <Form.Item name={[place, "benefits", "points_factor_adds"]} valuePropName="checked" style={{ marginBottom: 0 }}>
        <Checkbox>{t(texts.factorAdds)}</Checkbox>
      </Form.Item>
      <ExtraFields place={place} brands={brands} />
    </section>
  );
}

interface ConditionFieldsProps {
  place: number;
  part: "upgrade" | "renewal";
  /** Its numbers have to be more than those of the tier before. */
  rises?: boolean;
}

/** The numbers of a condition, at least one of them. */
function ConditionFields({ place, part, rises = false }: ConditionFieldsProps) {
  const t = useT();
  const form = Form.useFormInstance<TiersDraft>();
  const path = ["rules", "tiers", place, part] as ["rules", "tiers", number, "upgrade"];
  const unit = { spend: "", orders: t(texts.unitOrders), single_order: "", points_earned: t(texts.unitPoints) };

  function check(measure: Measure): Promise<void> {
    const values = form.getFieldValue(path) as Partial<Record<Measure, number | null>> | undefined;
    if (measure === "spend" && !measures.some((one) => (values?.[one] ?? 0) > 0)) return Promise.reject(new Error(t(texts.conditionNeeded)));
    const wrong = rises ? firstNotRising(rulesOf(form.getFieldsValue(true) as TiersDraft).tiers) : undefined;
    return wrong?.place === place && wrong.measure === measure ? Promise.reject(new Error(t(texts.notRising))) : Promise.resolve();
  }

  return (
    <>
      <div className={membership.pair} style={{ marginTop: 8 }}>
        {measures.map((measure) => (
          <Form.Item
            key={measure}
            name={[place, part, measure]}
            label={t(texts.measure[measure])}
            dependencies={measures.filter((one) => one !== measure).map((one) => [...path, one])}
            rules={[{ validator: () => check(measure) }]}
            getValueProps={(value: number | null | undefined) => ({ value: value ? value : null })}
          >
            <InputNumber<number>
              min={0}
              max={MOST_AMOUNT}
              precision={0}
              {...(unit[measure] ? { suffix: unit[measure] } : { prefix: "NT$" })}
              style={{ width: "100%" }}
            />
          </Form.Item>
        ))}
      </div>
      <Form.Item name={[place, part, "all"]} label={t(texts.combine)} required>
        <Radio.Group options={[{ value: false, label: t(texts.combineOne) }, { value: true, label: t(texts.combineAll) }]} />
      </Form.Item>
    </>
  );
}

interface PriceShareProps {
  value?: number;
  onChange?: (discountBp: number | null) => void;
}

/** A discount entered as what is left of the price: 95 is 95 折. */
function PriceShare({ value = 0, onChange, ...rest }: PriceShareProps) {
  const t = useT();
  return (
    <InputNumber<number>
      {...rest}
      min={1}
      max={100}
      suffix={t(texts.discountUnit)}
      style={{ width: "100%" }}
      value={(ONCE_BP - value) / 100}
      onChange={(share) => onChange?.(share === null ? null : Math.round(ONCE_BP - share * 100))}
    />
  );
}
