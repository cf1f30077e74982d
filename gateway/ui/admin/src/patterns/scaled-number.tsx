import { InputNumber, type InputNumberProps } from "antd";

interface ScaledNumberProps extends Omit<InputNumberProps<number>, "value" | "onChange"> {
  /** How many units of the stored number one of the shown number is. */
  scale: number;
  value?: number | null;
  onChange?: (value: number | null) => void;
}

/** A number that is stored as a whole number of smaller units: 1.5 times as 15,000 basis points. */
export function ScaledNumber({ scale, value, onChange, ...rest }: ScaledNumberProps) {
  return (
    <InputNumber<number>
      // 2 and not 2.00, while nobody types in it.
      formatter={(shown, { userTyping, input }) => (userTyping ? input : shown === undefined ? "" : String(Number(shown)))}
      {...rest}
      value={value === null || value === undefined ? null : value / scale}
      onChange={(shown) => onChange?.(shown === null ? null : Math.round(shown * scale))}
    />
  );
}
