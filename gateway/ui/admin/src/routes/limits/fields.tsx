import type { ReactNode } from "react";

import styles from "./limits.module.css";

interface FieldProps {
  label: string;
  hint?: string;
  /** What is wrong, in words that say what would work. */
  faults: readonly string[];
  children: ReactNode;
}

/** One part of a rule with its label and, at it, what is wrong. */
export function Field({ label, hint, faults, children }: FieldProps) {
  return (
    <div role="group" aria-label={label} className={styles.field}>
      <h3 className={styles.label}>{label}</h3>
      {children}
      {hint ? <p className={styles.soft}>{hint}</p> : null}
      {faults.map((text) => (
        <p key={text} role="alert" className={styles.fault}>{text}</p>
      ))}
    </div>
  );
}

interface ChipsProps<V extends string> {
  label: string;
  values: readonly V[];
  chosen: V | undefined;
  text: (value: V) => string;
  onChoose: (value: V) => void;
}

/** Choices as large chips. */
export function Chips<V extends string>({ label, values, chosen, text, onChoose }: ChipsProps<V>) {
  return (
    <div role="radiogroup" aria-label={label} className={styles.chips}>
      {values.map((value) => (
        <button key={value} type="button" role="radio" aria-checked={value === chosen} className={styles.chip} onClick={() => onChoose(value)}>
          {text(value)}
        </button>
      ))}
    </div>
  );
}
