import { useT } from "../../i18n";
import styles from "./stock.module.css";
import { texts } from "./texts";

interface StepperProps {
  label: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}

/** A big number with a minus and a plus, for wet fingers; the number itself can be typed. */
export function Stepper({ label, value, min, max, onChange }: StepperProps) {
  const t = useT();
  const clamp = (next: number) => onChange(Math.min(max, Math.max(min, Number.isFinite(next) ? Math.trunc(next) : 0)));
  return (
    <div className={styles.stepper}>
      <button type="button" disabled={value <= min} aria-label={t(texts.less)} onClick={() => clamp(value - 1)}>
        −
      </button>
      <input
        inputMode="numeric"
        aria-label={label}
        value={String(value)}
        onFocus={({ target }) => target.select()}
        onChange={({ target }) => clamp(Number(target.value.normalize("NFKC").replace(/[^\d-]/gu, "")))}
      />
      <button type="button" disabled={value >= max} aria-label={t(texts.plus)} onClick={() => clamp(value + 1)}>
        ＋
      </button>
    </div>
  );
}
