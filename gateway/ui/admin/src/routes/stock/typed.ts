const MOST_DIGITS = 6;

/** A number after one more key of the pad: no leading zeros, no more digits than a stock may have. */
export function typed(text: string, digit: string): string {
  const next = `${text}${digit}`.replace(/^0+(?=\d)/u, "");
  return next.length > MOST_DIGITS ? text : next;
}
