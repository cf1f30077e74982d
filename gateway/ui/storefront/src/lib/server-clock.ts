/** A smaller difference is network latency. */
const NOTICEABLE_MS = 2_000;

let skewMs = 0;

/** Measures the offset of the device's clock from the server's, which decides when an order expires. */
export function noteServerTime(response: Response): void {
  const at = Date.parse(response.headers.get("date") ?? "");
  if (Number.isNaN(at)) return;
  const skew = at - Date.now();
  skewMs = Math.abs(skew) > NOTICEABLE_MS ? skew : 0;
}

export function serverNow(): number {
  return Date.now() + skewMs;
}
