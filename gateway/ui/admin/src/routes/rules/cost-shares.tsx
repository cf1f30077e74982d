import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input, InputNumber, Select } from "antd";

import type { CostShare } from "../../data/benefit-types";
import { useT } from "../../i18n";
import { Field } from "../limits/fields";
import { WHOLE_BP } from "./rule";
import styles from "./rules.module.css";
import { texts } from "./texts";

const bearers = ["organisation", "branch", "supplier"] as const;
const MOST_BEARERS = 5;

interface CostSharesProps {
  shares: readonly CostShare[];
  faults: readonly string[];
  onChange: (shares: CostShare[]) => void;
}

/** Who bears what of the discounts; for reports, it changes no price. */
export function CostShares({ shares, faults, onChange }: CostSharesProps) {
  const t = useT();
  const put = (index: number, part: Partial<CostShare>) => onChange(shares.map((one, at) => (at === index ? { ...one, ...part } : one)));
  const left = WHOLE_BP - shares.reduce((sum, { share_bp }) => sum + share_bp, 0);
  return (
    <Field label={t(texts.cost)} hint={t(texts.costHint)} faults={faults}>
      {shares.map((share, index) => (
        <div key={index} className={styles.step}>
          <Select
            size="large"
            style={{ width: 120 }}
            aria-label={t(texts.bearerOf, { number: index + 1 })}
            value={share.bearer}
            options={bearers.map((one) => ({ value: one, label: t(texts.bearer[one]) }))}
            onChange={(bearer) => put(index, { bearer, supplier: bearer === "supplier" ? share.supplier : "" })}
          />
          {share.bearer === "supplier" ? (
            <Input size="large" maxLength={60} style={{ width: 200 }} aria-label={t(texts.supplier)} placeholder={t(texts.supplier)} value={share.supplier} onChange={({ target }) => put(index, { supplier: target.value })} />
          ) : null}
          <InputNumber<number> size="large" min={1} max={100} precision={0} suffix="%" style={{ width: 110 }} aria-label={t(texts.share)} value={share.share_bp / 100} onChange={(percent) => put(index, { share_bp: Math.round((percent ?? 1) * 100) })} />
          <Button className={styles.square ?? ""} type="text" icon={<DeleteOutlined />} aria-label={t(texts.removeNamed, { number: index + 1 })} onClick={() => onChange(shares.filter((_, at) => at !== index))} />
        </div>
      ))}
      {shares.length < MOST_BEARERS ? (
        <div>
          <Button icon={<PlusOutlined />} onClick={() => onChange([...shares, { bearer: shares.length === 0 ? "organisation" : "branch", share_bp: Math.max(left, 100), supplier: "" }])}>
            {t(texts.addBearer)}
          </Button>
        </div>
      ) : null}
    </Field>
  );
}
