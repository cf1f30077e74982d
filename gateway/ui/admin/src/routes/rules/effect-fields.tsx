import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Flex, InputNumber } from "antd";

import type { BenefitEffect } from "../../data/benefit-types";
import { useT } from "../../i18n";
import { Chips, Field } from "../limits/fields";
import { CutField, PercentInput } from "./cut-field";
import type { FaultsAt } from "./faults";
import { CountInput, MoneyInput } from "./money-input";
import styles from "./rules.module.css";
import { amountOff, everything, isGiven, MOST_OFFERED, MOST_SLOTS, MOST_THRESHOLDS, MOST_UNITS, WHOLE_BP, type Rule, type RuleType } from "./rule";
import { TargetField, VariantSelect } from "./target-field";
import { texts } from "./texts";

interface EffectFieldsProps {
  rule: Rule;
  type: RuleType;
  /** A coupon of 商品兌換 gives the product for nothing. */
  exchange?: boolean;
  faults: FaultsAt;
  onChange: (effect: Partial<BenefitEffect>) => void;
}

type Part<Name extends keyof BenefitEffect> = { value: NonNullable<BenefitEffect[Name]>; faults: FaultsAt; onChange: (value: NonNullable<BenefitEffect[Name]>) => void };

/** The numbers of an effect: only what its type needs. */
export function EffectFields({ rule, type, exchange = false, faults, onChange }: EffectFieldsProps) {
  const t = useT();
  const { effect } = rule;
  if (effect.item) {
    const choices = type === "item_price" ? (["price"] as const) : (["percent", "amount"] as const);
    if (exchange) return null;
    return (
      <Field label={type === "item_price" ? t(texts.price) : t(texts.cutLabel)} faults={faults("effect.item")}>
        <CutField label={t(texts.cutLabel)} off={effect.item.off} choices={choices} onChange={(off) => onChange({ item: { off } })} />
      </Field>
    );
  }
  if (effect.nth_unit) return <NthUnitFields value={effect.nth_unit} faults={faults} onChange={(nth_unit) => onChange({ nth_unit })} />;
  if (effect.any_n) return <AnyNFields value={effect.any_n} faults={faults} onChange={(any_n) => onChange({ any_n })} />;
  if (effect.buy_get) return <BuyGetFields value={effect.buy_get} faults={faults} onChange={(buy_get) => onChange({ buy_get })} />;
  if (effect.bundle) return <BundleFields value={effect.bundle} faults={faults} onChange={(bundle) => onChange({ bundle })} />;
  if (effect.order) return <OrderFields value={effect.order} faults={faults} onChange={(order) => onChange({ order })} />;
  if (effect.gift) return <GiftFields value={effect.gift} faults={faults} onChange={(gift) => onChange({ gift })} />;
  if (effect.add_on) return <AddOnFields value={effect.add_on} faults={faults} onChange={(add_on) => onChange({ add_on })} />;
  if (effect.delivery) {
    return (
      <Field label={t(texts.cutLabel)} faults={faults("effect.delivery")}>
        <CutField label={t(texts.cutLabel)} off={effect.delivery.off} choices={["free", "amount", "percent"]} onChange={(off) => onChange({ delivery: { off } })} />
      </Field>
    );
  }
  return effect.points ? <PointsFields value={effect.points} faults={faults} onChange={(points) => onChange({ points })} /> : null;
}

function NthUnitFields({ value, faults, onChange }: Part<"nth_unit">) {
  const t = useT();
  return (
    <>
      <Field label={t(texts.n)} hint={t(texts.nHint)} faults={faults("effect.nth_unit.n")}>
        <CountInput label={t(texts.n)} min={2} max={MOST_UNITS} value={value.n} onChange={(n) => onChange({ ...value, n: n ?? 2 })} />
      </Field>
      <Field label={t(texts.cutLabel)} faults={faults("effect.nth_unit.off")}>
        <CutField label={t(texts.cutLabel)} off={value.off} choices={["percent", "amount", "price", "free"]} onChange={(off) => onChange({ ...value, off })} />
      </Field>
      <Checkbox checked={value.most_expensive} onChange={({ target }) => onChange({ ...value, most_expensive: target.checked })}>{t(texts.mostExpensive)}</Checkbox>
    </>
  );
}

function AnyNFields({ value, faults, onChange }: Part<"any_n">) {
  const t = useT();
  const kind = isGiven(value.price) ? "price" : "percent";
  return (
    <>
      <Field label={t(texts.setSize)} faults={faults("effect.any_n.n")}>
        <CountInput label={t(texts.setSize)} min={2} max={MOST_UNITS} value={value.n} onChange={(n) => onChange({ ...value, n: n ?? 2 })} />
      </Field>
      <Field label={t(texts.cutLabel)} faults={faults("effect.any_n.price", "effect.any_n.percent_bp")}>
        <Chips
          label={t(texts.cutLabel)}
          values={["price", "percent"] as const}
          chosen={kind}
          text={(one) => t(texts.setCut[one])}
          onChoose={(one) => one !== kind && onChange(one === "price" ? { n: value.n, price: 99, percent_bp: null } : { n: value.n, price: null, percent_bp: 1_000 })}
        />
        {kind === "price" ? (
          <MoneyInput label={t(texts.setPrice)} value={value.price ?? null} onChange={(price) => onChange({ ...value, price: price ?? 0 })} />
        ) : (
          <PercentInput percentBp={value.percent_bp ?? 0} onChange={(percent_bp) => onChange({ ...value, percent_bp })} />
        )}
      </Field>
    </>
  );
}

function BuyGetFields({ value, faults, onChange }: Part<"buy_get">) {
  const t = useT();
  return (
    <>
      <Flex wrap gap={24}>
        <Field label={t(texts.buy)} faults={faults("effect.buy_get.buy")}>
          <CountInput label={t(texts.buy)} max={MOST_UNITS - value.get} value={value.buy} onChange={(buy) => onChange({ ...value, buy: buy ?? 1 })} />
        </Field>
        <Field label={t(texts.get)} faults={faults("effect.buy_get.get")}>
          <CountInput label={t(texts.get)} max={MOST_UNITS - value.buy} value={value.get} onChange={(get) => onChange({ ...value, get: get ?? 1 })} />
        </Field>
      </Flex>
      <Field label={t(texts.cutLabel)} faults={faults("effect.buy_get.off")}>
        <CutField label={t(texts.cutLabel)} off={value.off} choices={["free", "percent", "amount", "price"]} onChange={(off) => onChange({ ...value, off })} />
      </Field>
      <TargetField
        label={t(texts.getFrom)}
        placeholder={t(texts.getSame)}
        target={value.get_from ?? everything}
        faults={faults("effect.buy_get.get_from")}
        onChange={(target) => onChange({ ...value, get_from: target.category_ids.length + target.product_ids.length + target.variant_ids.length > 0 ? target : null })}
      />
      <Checkbox checked={value.most_expensive} onChange={({ target }) => onChange({ ...value, most_expensive: target.checked })}>{t(texts.mostExpensive)}</Checkbox>
    </>
  );
}

/** Takes one of a list out; it says which. */
function RemoveButton({ number, onClick }: { number: number; onClick: () => void }) {
  const t = useT();
  return <Button className={styles.square ?? ""} type="text" icon={<DeleteOutlined />} aria-label={t(texts.removeNamed, { number })} onClick={onClick} />;
}

function BundleFields({ value, faults, onChange }: Part<"bundle">) {
  const t = useT();
  const { slots } = value;
  const put = (index: number, slot: (typeof slots)[number]) => onChange({ ...value, slots: slots.map((one, at) => (at === index ? slot : one)) });
  return (
    <>
      {slots.map((slot, index) => {
        const at = `effect.bundle.slots[${String(index)}]`;
        const number = index + 1;
        return (
          // A slot has no name of its own: its place is what it is.
          <section key={index} className={styles.part} aria-label={t(texts.bundleSlot, { number })}>
            <div className={styles.partHead}>
              <h4>{t(texts.bundleSlot, { number })}</h4>
              {slots.length > 2 ? <RemoveButton number={number} onClick={() => onChange({ ...value, slots: slots.filter((_, other) => other !== index) })} /> : null}
            </div>
            <TargetField label={t(texts.bundleProducts)} placeholder={t(texts.chooseProduct)} target={slot.target} faults={faults(`${at}.target`)} onChange={(target) => put(index, { ...slot, target })} />
            <Field label={t(texts.bundleUnits)} faults={faults(`${at}.units`)}>
              <CountInput label={t(texts.bundleUnits)} max={20} value={slot.units} onChange={(units) => put(index, { ...slot, units: units ?? 1 })} />
            </Field>
          </section>
        );
      })}
      {slots.length < MOST_SLOTS ? (
        <div>
          <Button icon={<PlusOutlined />} onClick={() => onChange({ ...value, slots: [...slots, { target: everything, units: 1 }] })}>{t(texts.addSlot)}</Button>
        </div>
      ) : null}
      <Field label={t(texts.setPrice)} faults={faults("effect.bundle.price")}>
        <MoneyInput label={t(texts.setPrice)} value={value.price} onChange={(price) => onChange({ ...value, price: price ?? 0 })} />
      </Field>
    </>
  );
}

function OrderFields({ value, faults, onChange }: Part<"order">) {
  const t = useT();
  const { measure, thresholds, repeats } = value;
  const isSpend = measure !== "units";
  const put = (index: number, step: (typeof thresholds)[number]) => onChange({ ...value, thresholds: thresholds.map((one, at) => (at === index ? step : one)) });
  const last = thresholds.at(-1);
  return (
    <>
      <Field label={isSpend ? t(texts.thresholdSpend) : t(texts.thresholdUnits)} hint={t(texts.thresholdHint)} faults={faults("effect.order")}>
        {thresholds.map((step, index) => {
          const label = t(texts.thresholdAt, { number: index + 1 });
          const setAt = (at: number | null) => put(index, { ...step, at: at ?? 0 });
          return (
            <div key={index} className={styles.step}>
              {isSpend ? <MoneyInput label={label} value={step.at} onChange={setAt} /> : <CountInput label={label} min={0} max={9_999} value={step.at} onChange={setAt} />}
              <CutField label={t(texts.cutLabel)} off={step.off} choices={repeats ? ["amount"] : ["amount", "percent"]} onChange={(off) => put(index, { ...step, off })} />
              {thresholds.length > 1 ? <RemoveButton number={index + 1} onClick={() => onChange({ ...value, thresholds: thresholds.filter((_, other) => other !== index) })} /> : null}
            </div>
          );
        })}
        {!repeats && thresholds.length < MOST_THRESHOLDS ? (
          <div>
            <Button
              icon={<PlusOutlined />}
              onClick={() => onChange({ ...value, thresholds: [...thresholds, { at: (last?.at ?? 0) + (isSpend ? 200 : 2), off: last?.off ?? amountOff(50) }] })}
            >
              {t(texts.addThreshold)}
            </Button>
          </div>
        ) : null}
      </Field>
      {thresholds.length === 1 ? (
        <Checkbox
          checked={repeats}
          onChange={({ target }) =>
            onChange({ ...value, repeats: target.checked, thresholds: thresholds.map((step) => ({ ...step, off: target.checked && isGiven(step.off.percent_bp) ? amountOff(50) : step.off })) })
          }
        >
          {t(texts.repeats)}
        </Checkbox>
      ) : null}
    </>
  );
}

function GiftFields({ value, faults, onChange }: Part<"gift">) {
  const t = useT();
  return (
    <>
      <Field label={t(texts.gift)} faults={faults("effect.gift.variant_id", "effect.gift.product_id")}>
        <VariantSelect label={t(texts.gift)} variantId={value.variant_id} onChange={(product_id, variant_id) => onChange({ ...value, product_id, variant_id })} />
      </Field>
      <Field label={t(texts.giftCount)} faults={faults("effect.gift.quantity")}>
        <CountInput label={t(texts.giftCount)} max={20} value={value.quantity} onChange={(quantity) => onChange({ ...value, quantity: quantity ?? 1 })} />
      </Field>
      <Checkbox checked={value.repeats} onChange={({ target }) => onChange({ ...value, repeats: target.checked })}>{t(texts.giftRepeats)}</Checkbox>
    </>
  );
}

function AddOnFields({ value, faults, onChange }: Part<"add_on">) {
  const t = useT();
  const { items } = value;
  const put = (index: number, item: (typeof items)[number]) => onChange({ items: items.map((one, at) => (at === index ? item : one)) });
  return (
    <Field label={t(texts.offers)} faults={faults("effect.add_on")}>
      {items.map((item, index) => (
        <div key={index} className={styles.step}>
          <VariantSelect label={t(texts.chooseProduct)} variantId={item.variant_id} onChange={(product_id, variant_id) => put(index, { ...item, product_id, variant_id })} />
          <MoneyInput label={t(texts.offerPrice)} value={item.price} onChange={(price) => put(index, { ...item, price: price ?? 0 })} />
          <CountInput label={t(texts.offerMost)} placeholder={t(texts.offerMost)} max={20} value={item.most} onChange={(most) => put(index, { ...item, most: most ?? 1 })} />
          <RemoveButton number={index + 1} onClick={() => onChange({ items: items.filter((_, other) => other !== index) })} />
        </div>
      ))}
      {items.length < MOST_OFFERED ? (
        <div>
          <Button icon={<PlusOutlined />} onClick={() => onChange({ items: [...items, { product_id: "", variant_id: "", price: 10, most: 1 }] })}>{t(texts.addOffer)}</Button>
        </div>
      ) : null}
    </Field>
  );
}

function PointsFields({ value, faults, onChange }: Part<"points">) {
  const t = useT();
  return (
    <>
      <Field label={t(texts.factor)} faults={faults("effect.points.factor_bp")}>
        <InputNumber<number>
          size="large"
          min={1}
          max={10}
          step={0.5}
          precision={2}
          style={{ width: 130 }}
          suffix={t(texts.factorUnit)}
          aria-label={t(texts.factor)}
          value={value.factor_bp / WHOLE_BP}
          onChange={(factor) => onChange({ ...value, factor_bp: Math.round((factor ?? 1) * WHOLE_BP) })}
        />
      </Field>
      <Checkbox checked={value.adds} onChange={({ target }) => onChange({ ...value, adds: target.checked })}>{t(texts.adds)}</Checkbox>
    </>
  );
}
