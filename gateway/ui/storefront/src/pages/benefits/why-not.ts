import { rejectionSentence } from "@yizhimai/kit/benefits";
import type { Params } from "../../api/benefits";
import { shownParams } from "../../lib/sentence";
import { locale } from "../../text";

/** Why a benefit does nothing, its amounts and times in words. */
export function whyNot({ reason, params }: { reason: string; params?: Params }, timeZone: string): string {
  return rejectionSentence({ reason, params: shownParams(params, timeZone) }, { locale: locale.value });
}
