import { rejectionSentence } from "@yizhimai/kit/benefits";
import { shownParams } from "../../lib/sentence";
import { locale } from "../../text";

/** Why a benefit does nothing, its amounts and times in words. */
export function whyNot({ reason, params }: { reason: string; params?: Record<string, string> }, timeZone: string): string {
  return rejectionSentence({ reason, params: shownParams(params, timeZone) }, { locale: locale.value });
}
