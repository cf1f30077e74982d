import { Select } from "antd";

import type { SettlementMapping } from "../../data/types";
import { useT } from "../../i18n";
import styles from "./settlements.module.css";
import { texts } from "./texts";

const empty: SettlementMapping = { provider_reference: "", reference: "", amount: "", kind: "", fees: [], net: "", date: "", currency: "" };
const single = ["amount", "provider_reference", "reference", "net", "kind", "date", "currency"] as const;
const MOST_FEES = 4;

/** Names an amount and a number to find a row by. */
export function isComplete({ amount, provider_reference, reference }: SettlementMapping): boolean {
  return amount !== "" && (provider_reference !== "" || reference !== "");
}

interface MappingFieldsProps {
  columns: readonly string[];
  mapping: SettlementMapping | undefined;
  disabled: boolean;
  onChange: (mapping: SettlementMapping) => void;
}

/** What each column of a file is. */
export function MappingFields({ columns, mapping, disabled, onChange }: MappingFieldsProps) {
  const t = useT();
  const now = mapping ?? empty;
  const options = columns.map((name) => ({ value: name, label: name }));
  const change = (part: Partial<SettlementMapping>) => onChange({ ...now, ...part });
  return (
    <section aria-label={t(texts.columns)}>
      <h3 style={{ fontSize: 16 }}>{t(texts.columns)}</h3>
      <p className={`${styles.soft} ${styles.block}`}>{t(texts.columnsHint)}</p>
      <div className={styles.mapping}>
        {single.map((field) => (
          <label key={field}>
            {t(texts.column[field])}
            <Select
              allowClear={field !== "amount"}
              showSearch={{ optionFilterProp: "label" }}
              style={{ width: "100%", marginTop: 4 }}
              aria-label={t(texts.column[field])}
              placeholder={t(texts.columnNone)}
              disabled={disabled}
              value={now[field] || undefined}
              onChange={(name?: string) => change({ [field]: name ?? "" })}
              options={options}
            />
          </label>
        ))}
        <label>
          {t(texts.column.fees)}
          <Select
            mode="multiple"
            maxCount={MOST_FEES}
            style={{ width: "100%", marginTop: 4 }}
            aria-label={t(texts.column.fees)}
            placeholder={t(texts.columnNone)}
            disabled={disabled}
            value={now.fees}
            onChange={(fees: string[]) => change({ fees })}
            options={options}
          />
        </label>
      </div>
    </section>
  );
}
