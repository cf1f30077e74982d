import { Button, Select } from "antd";
import { useState } from "react";

import type { ProductTarget } from "../../data/benefit-types";
import { useT } from "../../i18n";
import { Field } from "../limits/fields";
import { chosenIn, chosenOut, isNamed, targetGroups, variantOptions, withIn, withOut, type ProductOption } from "./products";
import { texts } from "./texts";
import { useRuleMenu } from "./use-rule-names";

interface TargetFieldProps {
  label: string;
  target: ProductTarget;
  faults: readonly string[];
  /** What stands there when nothing is chosen. */
  placeholder?: string;
  /** Some of what is chosen may be left out. */
  withExceptions?: boolean;
  onChange: (target: ProductTarget) => void;
}

/** Products by category, name or size; everything while nothing is chosen. */
export function TargetField({ label, target, faults, placeholder, withExceptions = false, onChange }: TargetFieldProps) {
  const t = useT();
  const menu = useRuleMenu();
  const [opened, setOpened] = useState(false);
  const ins = chosenIn(target);
  const outs = chosenOut(target);
  const excepts = withExceptions && (opened || outs.length > 0);
  return (
    <Field label={label} faults={faults} {...(menu.isSuccess || menu.isLoading ? {} : { hint: t(texts.noMenu) })}>
      <Select<string[], ProductOption>
        mode="multiple"
        size="large"
        maxCount={500}
        maxTagCount={12}
        style={{ width: "100%" }}
        aria-label={label}
        placeholder={placeholder ?? t(texts.allProducts)}
        loading={menu.isLoading}
        showSearch={{ filterOption: isNamed }}
        value={ins}
        options={targetGroups(menu.data, ins, true, t) as unknown as ProductOption[]}
        onChange={(values) => onChange(withIn(target, values))}
      />
      {excepts ? (
        <Select<string[], ProductOption>
          mode="multiple"
          size="large"
          maxCount={500}
          maxTagCount={12}
          style={{ width: "100%" }}
          aria-label={t(texts.except)}
          placeholder={t(texts.noneOut)}
          prefix={t(texts.except)}
          showSearch={{ filterOption: isNamed }}
          value={outs}
          options={targetGroups(menu.data, outs, false, t) as unknown as ProductOption[]}
          onChange={(values) => onChange(withOut(target, values))}
        />
      ) : null}
      {withExceptions && !excepts ? (
        <div>
          <Button type="link" style={{ paddingInline: 0 }} onClick={() => setOpened(true)}>{t(texts.except)}</Button>
        </div>
      ) : null}
    </Field>
  );
}

interface VariantSelectProps {
  label: string;
  variantId: string;
  onChange: (productId: string, variantId: string) => void;
}

/** One size of one product. */
export function VariantSelect({ label, variantId, onChange }: VariantSelectProps) {
  const t = useT();
  const menu = useRuleMenu();
  const options = variantOptions(menu.data);
  const gone = variantId !== "" && !options.some(({ value }) => value === variantId);
  return (
    <Select
      size="large"
      style={{ flex: "1 1 220px", minWidth: 0 }}
      aria-label={label}
      placeholder={label}
      loading={menu.isLoading}
      showSearch={{ filterOption: isNamed }}
      value={variantId || null}
      options={[...options, ...(gone ? [{ value: variantId, label: t(texts.kindGone), productId: "", price: 0 }] : [])]}
      onChange={(value: string | null) => {
        const chosen = options.find((one) => one.value === value);
        if (chosen) onChange(chosen.productId, chosen.value);
      }}
    />
  );
}
