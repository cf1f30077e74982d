import { Checkbox, Input } from "antd";

import { useT } from "../../i18n";
import { FormSection } from "../../patterns/form-page";
import { Chips, Field } from "../limits/fields";
import { MinimumFields, WhenFields, WhereFields, WhoFields } from "./conditions-fields";
import { EffectFields } from "./effect-fields";
import type { FaultsAt } from "./faults";
import { BesideFields, LimitFields, type LimitName } from "./limits-fields";
import { couponKindOf, couponKinds, hasMinimum, hasTarget, ofCouponKind, ofType, typeOf, type Conditions, type Rule, type RuleType } from "./rule";
import styles from "./rules.module.css";
import { ruleSentence } from "./sentence";
import { TargetField } from "./target-field";
import { texts } from "./texts";
import { useRuleWords } from "./use-rule-names";

interface RuleEditorProps {
  brandId: string;
  rule: Rule;
  /** Types to choose from; kinds of coupons where there are none. */
  types?: readonly RuleType[];
  limits: readonly LimitName[];
  /** Coupons have a period of their own. */
  withPeriod?: boolean;
  faults: FaultsAt;
  onChange: (rule: Rule) => void;
}

/** What a rule is, asked type by type: each section only what the type needs. */
export function RuleEditor({ brandId, rule, types, limits, withPeriod = true, faults, onChange }: RuleEditorProps) {
  const t = useT();
  const type = typeOf(rule);
  const set = (part: Partial<Rule>) => onChange({ ...rule, ...part });
  const condition = (part: Partial<Conditions>) => set({ conditions: { ...rule.conditions, ...part } });
  const { order, gift, add_on, delivery } = rule.effect;
  const countsOnly = Boolean(order ?? gift ?? add_on ?? delivery) || type === "points";
  return (
    <>
      <FormSection title={t(texts.what)}>
        <div className={styles.fields}>
          <Field label={t(texts.typeLabel)} faults={faults("effect.effect")}>
            {types ? (
              <Chips label={t(texts.typeLabel)} values={types} chosen={type} text={(one) => t(texts.type[one])} onChoose={(one) => onChange(ofType(rule, one))} />
            ) : (
              <Chips label={t(texts.typeLabel)} values={couponKinds} chosen={couponKindOf(rule)} text={(one) => t(texts.couponKind[one])} onChoose={(one) => onChange(ofCouponKind(rule, one))} />
            )}
          </Field>
          <Field label={t(texts.nameLabel)} hint={t(texts.nameHint)} faults={faults("name")}>
            <Input size="large" maxLength={60} showCount aria-label={t(texts.nameLabel)} value={rule.name} onChange={({ target }) => set({ name: target.value })} />
          </Field>
          {hasTarget(type) ? (
            <TargetField
              label={countsOnly ? t(texts.targetCount) : t(texts.targetTake)}
              withExceptions
              target={rule.target}
              faults={faults("target")}
              onChange={(target) => set({ target })}
            />
          ) : null}
          <EffectFields rule={rule} type={type} exchange={!types} faults={faults} onChange={(part) => set({ effect: { ...rule.effect, ...part } })} />
          {type === "points" ? null : <Checkbox checked={rule.with_extras} onChange={({ target }) => set({ with_extras: target.checked })}>{t(texts.withExtras)}</Checkbox>}
        </div>
      </FormSection>
      {hasMinimum(type) ? (
        <FormSection title={t(texts.minimum)}>
          <div className={styles.fields}>
            <MinimumFields rule={rule} faults={faults} onChange={condition} />
          </div>
        </FormSection>
      ) : null}
      <FormSection title={t(texts.when)}>
        <div className={styles.fields}>
          <WhenFields conditions={rule.conditions} faults={faults} onChange={condition} withPeriod={withPeriod} />
        </div>
      </FormSection>
      <FormSection title={t(texts.where)}>
        <div className={styles.fields}>
          <WhereFields brandId={brandId} conditions={rule.conditions} faults={faults} onChange={condition} />
        </div>
      </FormSection>
      <FormSection title={t(texts.who)}>
        <div className={styles.fields}>
          <WhoFields conditions={rule.conditions} faults={faults} onChange={condition} />
        </div>
      </FormSection>
      {limits.length > 0 ? (
        <FormSection title={t(texts.limits)} hint={t(texts.limitsHint)}>
          <LimitFields rule={rule} names={limits} faults={faults} onChange={(part) => set({ limits: { ...rule.limits, ...part } })} />
        </FormSection>
      ) : null}
      <FormSection title={t(texts.beside)}>
        <div className={styles.fields}>
          <BesideFields rule={rule} faults={faults} onChange={set} />
        </div>
      </FormSection>
    </>
  );
}

/** The sentence that says what a rule does, always in sight while it is made. */
export function RuleSentence({ rule }: { rule: Rule }) {
  const t = useT();
  const words = useRuleWords();
  return (
    <div className={styles.sentence} role="status" aria-label={t(texts.sentence)}>
      {ruleSentence(rule, words)}
    </div>
  );
}
