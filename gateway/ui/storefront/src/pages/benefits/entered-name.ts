import type { Benefits, EnteredOutcome } from "../../api/benefits";
import { t } from "../../text";
import { texts } from "./texts";

/** What a code, a coupon or the points are called. */
export function enteredName({ kind, entered, name }: Pick<EnteredOutcome, "kind" | "entered" | "name">, benefits?: Benefits | null): string {
  if (kind === "code") return t(texts.codeName, { code: entered });
  return kind === "coupon" ? name || t(texts.coupon) : (benefits?.points?.unit_name ?? t(texts.points));
}
