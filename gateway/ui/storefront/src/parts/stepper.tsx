import { t } from "../text";
import { Icon } from "./icon";

interface StepperProps {
  name: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}

/** Less, how many, more. */
export function Stepper({ name, value, min, max, onChange }: StepperProps) {
  return (
    <div class="stepper" role="group" aria-label={`${name} ${t("item.quantity")}`}>
      <button type="button" class="round" aria-label={t("item.less", { name })} disabled={value <= min} onClick={() => onChange(value - 1)}>
        <Icon name="minus" />
      </button>
      <output aria-live="polite">{value}</output>
      <button type="button" class="round" aria-label={t("item.more", { name })} disabled={value >= max} onClick={() => onChange(value + 1)}>
        <Icon name="plus" />
      </button>
    </div>
  );
}
