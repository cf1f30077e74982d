/** A refusal as the gateway sends it. */
export class Refused extends Error {
  constructor(readonly status: number, readonly document: Record<string, unknown>) {
    super(String(document.reason));
  }
}
