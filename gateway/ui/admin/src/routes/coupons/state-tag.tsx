import { Tag } from "antd";

import type { CouponState, CouponTemplateState } from "../../data/benefit-types";
import { useT } from "../../i18n";
import { texts } from "./texts";

const colours: Record<CouponTemplateState, string> = { draft: "default", active: "green", stopped: "orange", ended: "default" };
const couponColours: Record<CouponState, string> = { unused: "green", held: "blue", used: "default", expired: "orange", voided: "red", transferred: "purple" };

/** The state of a kind of coupon. */
export function TemplateTag({ state }: { state: CouponTemplateState }) {
  const t = useT();
  return <Tag color={colours[state]}>{t(texts.state[state])}</Tag>;
}

/** The state of a coupon. */
export function CouponTag({ state }: { state: CouponState }) {
  const t = useT();
  return <Tag color={couponColours[state]}>{t(texts.couponState[state])}</Tag>;
}
