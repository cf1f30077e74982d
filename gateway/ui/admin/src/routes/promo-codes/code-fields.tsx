import { Input } from "antd";

import { useT } from "../../i18n";
import { Chips, Field } from "../limits/fields";
import type { FaultsAt } from "../rules/faults";
import { CountInput } from "../rules/money-input";
import styles from "../rules/rules.module.css";
import { codesOf, MOST_BATCH, type CodesDraft } from "./code";
import { texts } from "./texts";

interface CodeFieldsProps {
  codes: CodesDraft;
  faults: FaultsAt;
  onChange: (part: Partial<CodesDraft>) => void;
}

/** One code, so many random ones, or a list. */
export function CodeFields({ codes, faults, onChange }: CodeFieldsProps) {
  const t = useT();
  return (
    <div className={styles.fields}>
      <Chips label={t(texts.kindLabel)} values={["single", "random", "file"] as const} chosen={codes.kind} text={(kind) => t(texts.kind[kind])} onChoose={(kind) => onChange({ kind })} />
      {codes.kind === "single" ? (
        <Field label={t(texts.code)} hint={t(texts.codeHint)} faults={faults("beside.code")}>
          <Input size="large" maxLength={20} style={{ maxWidth: 280 }} aria-label={t(texts.code)} value={codes.code} onChange={({ target }) => onChange({ code: target.value })} />
        </Field>
      ) : null}
      {codes.kind === "random" ? (
        <>
          <Field label={t(texts.count)} faults={faults("beside.count", "beside.batch")}>
            <CountInput label={t(texts.count)} max={MOST_BATCH} value={codes.count} onChange={(count) => onChange({ count: count ?? 0 })} />
          </Field>
          <Field label={t(texts.prefix)} hint={t(texts.prefixHint)} faults={faults("beside.prefix")}>
            <Input size="large" maxLength={6} style={{ maxWidth: 160 }} aria-label={t(texts.prefix)} value={codes.prefix} onChange={({ target }) => onChange({ prefix: target.value })} />
          </Field>
        </>
      ) : null}
      {codes.kind === "file" ? (
        <Field label={t(texts.csv)} faults={faults("beside.csv", "beside.batch")} {...(codes.csv ? { hint: t(texts.csvCount, { count: codesOf(codes.csv).length }) } : {})}>
          <Input.TextArea rows={6} aria-label={t(texts.csv)} value={codes.csv} onChange={({ target }) => onChange({ csv: target.value })} />
          <label>
            {t(texts.csvPick)}{" "}
            <input
              type="file"
              accept=".csv,.txt,text/csv,text/plain"
              onChange={({ target }) => {
                const [file] = target.files ?? [];
                void file?.text().then((csv) => onChange({ csv }));
              }}
            />
          </label>
        </Field>
      ) : null}
      {codes.kind === "single" ? null : (
        <Field label={t(texts.usesPerCode)} faults={faults("beside.uses_per_code")}>
          <CountInput label={t(texts.usesPerCode)} max={99} value={codes.uses_per_code} onChange={(uses) => onChange({ uses_per_code: uses ?? 1 })} />
        </Field>
      )}
    </div>
  );
}
