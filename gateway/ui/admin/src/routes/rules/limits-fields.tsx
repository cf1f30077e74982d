import { Input, Select } from "antd";

import type { BenefitClass, RuleLimits } from "../../data/benefit-types";
import { useT } from "../../i18n";
import { Chips, Field } from "../limits/fields";
import type { FaultsAt } from "./faults";
import { CountInput, MoneyInput } from "./money-input";
import { hasMaxDiscount, hasPerOrder, typeOf, type Rule } from "./rule";
import styles from "./rules.module.css";
import { texts as sentenceTexts } from "./sentence-texts";
import { texts } from "./texts";

const MOST_COUNT = 10_000_000;
const classes = ["promotion", "tier", "code", "coupon", "points"] as const satisfies readonly BenefitClass[];
const exclusivities = ["none", "group", "order"] as const;

/** Limits that a kind of benefit may have; coupons are limited by how many are issued. */
export type LimitName = keyof RuleLimits;

interface LimitFieldsProps {
  rule: Rule;
  names: readonly LimitName[];
  faults: FaultsAt;
  onChange: (limits: Partial<RuleLimits>) => void;
}

/** How much of a rule there is; empty for no limit. */
export function LimitFields({ rule, names, faults, onChange }: LimitFieldsProps) {
  const t = useT();
  const type = typeOf(rule);
  const shown = names.filter((name) => (name === "per_order" ? hasPerOrder(rule) : name === "max_discount" ? hasMaxDiscount(type) : true));
  return (
    <div className={styles.grid}>
      {shown.map((name) => {
        const props = { label: t(texts.limit[name]), placeholder: t(texts.noLimit), min: 1, value: rule.limits[name] ?? null, onChange: (value: number | null) => onChange({ [name]: value }) };
        return (
          <Field key={name} label={t(texts.limit[name])} faults={faults(`limits.${name}`)}>
            {name === "max_discount" || name === "budget" ? <MoneyInput {...props} /> : <CountInput {...props} max={name === "per_order" ? 99 : MOST_COUNT} />}
          </Field>
        );
      })}
    </div>
  );
}

interface BesideFieldsProps {
  rule: Rule;
  faults: FaultsAt;
  onChange: (part: Partial<Rule>) => void;
}

/** What a rule stands beside, in plain words. */
export function BesideFields({ rule, faults, onChange }: BesideFieldsProps) {
  const t = useT();
  const automatic = rule.benefit_class === "promotion" || rule.benefit_class === "tier";
  return (
    <>
      {automatic ? (
        <Field label={t(texts.others)} hint={t(texts.exclusivityHint[rule.exclusivity])} faults={faults("exclusivity")}>
          <Chips label={t(texts.others)} values={exclusivities} chosen={rule.exclusivity} text={(one) => t(texts.exclusivity[one])} onChoose={(exclusivity) => onChange({ exclusivity, exclusive_group: exclusivity === "group" ? rule.exclusive_group : "" })} />
        </Field>
      ) : null}
      {rule.exclusivity === "group" ? (
        <Field label={t(texts.group)} faults={faults("exclusive_group")}>
          <Input size="large" maxLength={40} style={{ maxWidth: 320 }} aria-label={t(texts.group)} value={rule.exclusive_group} onChange={({ target }) => onChange({ exclusive_group: target.value })} />
        </Field>
      ) : null}
      <Field label={t(texts.notBeside)} faults={faults("not_beside")}>
        <Select
          mode="multiple"
          size="large"
          style={{ width: "100%" }}
          aria-label={t(texts.notBeside)}
          placeholder={t(texts.anyBeside)}
          value={rule.not_beside}
          options={classes.map((one) => ({ value: one, label: t(sentenceTexts.benefitClass[one]) }))}
          onChange={(not_beside: BenefitClass[]) => onChange({ not_beside })}
        />
      </Field>
      <Field label={t(texts.priority)} hint={t(texts.priorityHint)} faults={faults("priority")}>
        <CountInput label={t(texts.priority)} min={0} max={999} placeholder="500" value={rule.priority ?? null} onChange={(priority) => onChange({ priority })} />
      </Field>
    </>
  );
}
