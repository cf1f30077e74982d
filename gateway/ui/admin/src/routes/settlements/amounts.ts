import { formatMoney } from "@yizhimai/kit";

const E4 = 10_000;

/** Ten-thousandths as people read them: 45375 is `NT$4.5375`, 1650000 is `NT$165`. */
export function formatExact(value: number, currency: string): string {
  const size = Math.abs(value);
  const whole = formatMoney(Math.floor(size / E4), currency);
  const rest = String(size % E4).padStart(4, "0").replace(/0+$/u, "");
  const text = rest === "" ? whole : whole.includes(".") ? `${whole}${rest}` : `${whole}.${rest}`;
  return value < 0 ? `−${text}` : text;
}

/** As {@link formatExact} with a plus before what is more: a difference. */
export function formatDifference(value: number, currency: string): string {
  return value > 0 ? `+${formatExact(value, currency)}` : formatExact(value, currency);
}
