import { InputNumber } from "antd";

import { useScope } from "../../frame/use-scope";
import { MOST_AMOUNT } from "./rule";

interface MoneyInputProps {
  label: string;
  value: number | null;
  min?: number;
  placeholder?: string;
  onChange: (amount: number | null) => void;
}

/** An amount in the brand's currency. */
export function MoneyInput({ label, value, min = 0, placeholder, onChange }: MoneyInputProps) {
  const { brand } = useScope();
  const currency = brand?.currency ?? "TWD";
  return (
    <InputNumber<number>
      size="large"
      min={min}
      max={MOST_AMOUNT}
      precision={0}
      style={{ width: 160 }}
      prefix={currency === "TWD" ? "NT$" : currency}
      aria-label={label}
      placeholder={placeholder}
      value={value}
      onChange={onChange}
    />
  );
}

interface CountInputProps extends MoneyInputProps {
  max: number;
}

/** A whole number. */
export function CountInput({ label, value, min = 1, max, placeholder, onChange }: CountInputProps) {
  return (
    <InputNumber<number> size="large" min={min} max={max} precision={0} style={{ width: 130 }} aria-label={label} placeholder={placeholder} value={value} onChange={onChange} />
  );
}
