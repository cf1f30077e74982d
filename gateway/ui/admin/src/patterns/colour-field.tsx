import { ColorPicker } from "antd";

interface ColourFieldProps {
  /** `#` and six hexadecimal digits. */
  value?: string;
  onChange?: (colour: string) => void;
}

/** A colour without transparency, as a field of a form. */
export function ColourField({ value, onChange }: ColourFieldProps) {
  return <ColorPicker showText disabledAlpha {...(value === undefined ? {} : { value })} onChange={(colour) => onChange?.(colour.toHexString())} />;
}
