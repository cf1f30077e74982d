const minorDigits: Record<string, number> = { TWD: 0, JPY: 0, KRW: 0, VND: 0, USD: 2, HKD: 2, SGD: 2, MYR: 2, CNY: 2 };
const symbols: Record<string, string> = { TWD: "NT$", JPY: "JP¥", USD: "US$", HKD: "HK$", SGD: "S$", MYR: "RM", CNY: "CN¥" };

/** 1234 → `1,234`; the amount is a whole number of minor units and never becomes a fraction on the way. */
export function formatAmount(amount: number, currency = "TWD"): string {
  const digits = minorDigits[currency] ?? 2;
  const text = String(Math.abs(Math.trunc(amount))).padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits).replace(/\B(?=(\d{3})+$)/gu, ",");
  const fraction = digits > 0 ? `.${text.slice(-digits)}` : "";
  return `${amount < 0 ? "−" : ""}${whole}${fraction}`;
}

/** 1234 → `NT$1,234`, −50 → `−NT$50`. */
export function formatMoney(amount: number, currency = "TWD"): string {
  const text = formatAmount(Math.abs(amount), currency);
  return `${amount < 0 ? "−" : ""}${symbols[currency] ?? `${currency} `}${text}`;
}

/** As {@link formatMoney} with a plus before what is added: `+NT$10`. */
export function formatSignedMoney(amount: number, currency = "TWD"): string {
  return amount > 0 ? `+${formatMoney(amount, currency)}` : formatMoney(amount, currency);
}
