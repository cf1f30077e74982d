import { t } from "../text";
import { common } from "../text/common";
import { Icon } from "./icon";

interface StepperProps {
  name: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}

export function Stepper({ name, value, min, max, onChange }: StepperProps) {
  return (
    <div class="stepper" role="group" aria-label={`${name} ${t(common.itemQuantity)}`}>
      <button type="button" class="round" aria-label={t(common.itemLess, { name })} disabled={value <= min} onClick={() => onChange(value - 1)}>
        <Icon name="minus" />
      </button>
      <output aria-live="polite">{value}</output>
      <button type="button" class="round" aria-label={t(common.itemMore, { name })} disabled={value >= max} onClick={() => onChange(value + 1)}>
        <Icon name="plus" />
      </button>
    </div>
  );
}
