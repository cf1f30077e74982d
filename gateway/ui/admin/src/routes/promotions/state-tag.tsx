import type { PromotionState } from "../../data/benefit-types";
import { useT } from "../../i18n";
import { Badge, type Tone } from "../rules/badge";
import { texts } from "./texts";

const tones: Record<PromotionState, Tone> = { draft: "plain", scheduled: "soon", active: "good", paused: "warn", used_up: "bad", ended: "plain" };

/** The state of a promotion. */
export function StateTag({ state }: { state: PromotionState }) {
  const t = useT();
  return <Badge tone={tones[state]}>{t(texts.state[state])}</Badge>;
}
