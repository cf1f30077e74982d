import { Alert, Checkbox, Form, InputNumber, Select, type FormInstance } from "antd";
import type { ReactNode } from "react";

import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import membership from "../membership/membership.module.css";
import { useTiers } from "../membership/use-names";
import { contradiction, mostOf, noRule, type RuleNumber } from "./rule";
import type { TagForm } from "./tag-form";
import { texts } from "./texts";

const MOST_BRANDS = 50;
const MOST_BRANCHES = 100;
const MOST_TIERS = 10;

const money: readonly RuleNumber[] = ["min_spent", "max_spent", "min_average"];
const counted: readonly RuleNumber[] = ["min_orders", "max_orders"];
const fromZero: readonly RuleNumber[] = ["max_orders", "max_spent"];

/** What has just appeared, perhaps beyond the edge of a phone. */
const showAtOnce = (element: HTMLElement | null) => element?.scrollIntoView({ block: "center" });

interface RuleFieldsProps {
  form: FormInstance<TagForm>;
  /** No condition is given although there has to be one. */
  missing: boolean;
}

/** Who has an automatic tag: which orders are counted, and what has to be met. */
export function RuleFields({ form, missing }: RuleFieldsProps) {
  const t = useT();
  const { brands, branches } = useScope();
  const tiers = [...useTiers().values()];
  const ruleNow = () => ({ ...noRule, ...(form.getFieldValue("rule") as TagForm["rule"] | undefined) });

  const number = (name: RuleNumber) => (
    <Form.Item
      key={name}
      name={["rule", name]}
      required
      label={t(texts.ruleField[name])}
      rules={[{ validator: () => (contradiction(ruleNow()) === name ? Promise.reject(new Error(t(texts.ruleContradiction))) : Promise.resolve()) }]}
    >
      <InputNumber<number>
        min={fromZero.includes(name) ? 0 : 1}
        max={mostOf[name]}
        precision={0}
        changeOnWheel={false}
        placeholder={t(texts.filterAny)}
        style={{ width: "100%" }}
        {...(money.includes(name) ? { prefix: "NT$" } : { suffix: counted.includes(name) ? t(texts.unitOrders) : t(common.unitDays) })}
      />
    </Form.Item>
  );
  const many = (name: "brand_ids" | "branch_ids" | "tier_ids", label: string, most: number, placeholder: string, options: { value: string; label: string }[]) => (
    <Form.Item name={["rule", name]} required label={label}>
      <Select<string[]> mode="multiple" allowClear maxCount={most} placeholder={placeholder} showSearch={{ optionFilterProp: "label" }} options={options} />
    </Form.Item>
  );
  const part = (title: string, fields: ReactNode) => (
    <section aria-label={title}>
      <h3>{title}</h3>
      {fields}
    </section>
  );
  return (
    <>
      <p className={membership.soft}>{t(texts.ruleHint)}</p>
      {missing ? (
        <div ref={showAtOnce} style={{ marginBottom: 12 }}>
          <Alert role="alert" type="error" showIcon title={t(texts.ruleNeeded)} />
        </div>
      ) : null}
      {part(
        t(texts.ruleCounting),
        <>
          <div className={membership.pair}>{number("window_days")}</div>
          {brands.length > 1 ? many("brand_ids", t(texts.ruleBrands), MOST_BRANDS, t(texts.ruleAllBrands), brands.map((one) => ({ value: one.brand_id, label: one.name }))) : null}
          {branches.length > 1 ? many("branch_ids", t(texts.ruleBranches), MOST_BRANCHES, t(texts.ruleAllBranches), branches.map((one) => ({ value: one.branch_id, label: one.name }))) : null}
        </>,
      )}
      {part(t(texts.ruleOrders), <div className={membership.pair}>{(["min_orders", "max_orders", "min_spent", "max_spent", "min_average"] as const).map(number)}</div>)}
      {part(t(texts.ruleTime), <div className={membership.pair}>{(["ordered_within_days", "not_ordered_for_days", "joined_within_days", "joined_before_days"] as const).map(number)}</div>)}
      {part(
        t(texts.ruleMember),
        <>
          {tiers.length > 0 ? many("tier_ids", t(texts.filterTiers), MOST_TIERS, t(texts.filterAny), tiers.map((one) => ({ value: one.tier_id ?? "", label: one.name }))) : null}
          <Form.Item name={["rule", "birth_month"]} valuePropName="checked">
            <Checkbox>{t(texts.ruleBirthMonth)}</Checkbox>
          </Form.Item>
        </>,
      )}
    </>
  );
}
