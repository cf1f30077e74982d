import { formatDateTime } from "@yizhimai/kit";

import type { PromoCode, PromoCodeState } from "../../data/benefit-types";
import { useT } from "../../i18n";
import { Badge, type Tone } from "../rules/badge";
import { texts } from "./texts";

const tones: Record<PromoCodeState, Tone> = { enabled: "good", disabled: "plain", scheduled: "soon", ended: "plain", used_up: "bad" };

/** The state of a code; of one that is switched off, since when and by whom. */
export function CodeState({ code, timeZone }: { code: PromoCode; timeZone: string }) {
  const t = useT();
  return (
    <span>
      <Badge tone={tones[code.state]}>{t(texts.state[code.state])}</Badge>
      {code.state === "disabled" ? " " : null}
      {code.state === "disabled" ? <small style={{ color: "var(--ink-2)" }}>{t(texts.since, { time: formatDateTime(code.state_changed_at, timeZone), name: code.state_changed_by })}</small> : null}
    </span>
  );
}

/** The code itself, or how many a batch has. */
export function CodeName({ code: { code, prefix, code_count } }: { code: PromoCode }) {
  const t = useT();
  if (code) return <span className="tabular">{code}</span>;
  return <>{prefix ? t(texts.batchPrefix, { prefix, count: code_count }) : t(texts.batchOf, { count: code_count })}</>;
}
