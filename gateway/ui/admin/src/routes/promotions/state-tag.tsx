import { Tag } from "antd";

import type { PromotionState } from "../../data/benefit-types";
import { useT } from "../../i18n";
import { texts } from "./texts";

const colours: Record<PromotionState, string> = { draft: "default", scheduled: "blue", active: "green", paused: "orange", used_up: "purple", ended: "default" };

/** The state of a promotion. */
export function StateTag({ state }: { state: PromotionState }) {
  const t = useT();
  return <Tag color={colours[state]}>{t(texts.state[state])}</Tag>;
}
