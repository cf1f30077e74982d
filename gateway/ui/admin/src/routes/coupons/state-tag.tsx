import type { CouponState, CouponTemplateState } from "../../data/benefit-types";
import { useT } from "../../i18n";
import { Badge, type Tone } from "../rules/badge";
import { texts } from "./texts";

const tones: Record<CouponTemplateState, Tone> = { draft: "plain", active: "good", stopped: "warn", ended: "plain" };
const couponTones: Record<CouponState, Tone> = { unused: "good", held: "soon", used: "plain", expired: "warn", voided: "bad", transferred: "plain" };

/** The state of a kind of coupon. */
export function TemplateTag({ state }: { state: CouponTemplateState }) {
  const t = useT();
  return <Badge tone={tones[state]}>{t(texts.state[state])}</Badge>;
}

/** The state of a coupon. */
export function CouponTag({ state }: { state: CouponState }) {
  const t = useT();
  return <Badge tone={couponTones[state]}>{t(texts.couponState[state])}</Badge>;
}
