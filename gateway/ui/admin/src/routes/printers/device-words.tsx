import { formatDayTime } from "@yizhimai/kit";

import type { PrintDevice } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { texts as jobTexts } from "../print-jobs/texts";
import { adviceFor, deviceTone } from "../print-jobs/words";
import { Badge } from "../rules/badge";
import styles from "./printers.module.css";
import { texts } from "./texts";

/** How a printer is: its state, since when, why, and what to do. */
export function DeviceWords({ device, withAdvice = false }: { device: PrintDevice; withAdvice?: boolean }) {
  const t = useT();
  const { timeZone } = useScope();
  if (!device.paired) return <Badge tone="warn">{t(texts.unpaired)}</Badge>;
  const near = (instant: string) => formatDayTime(instant, timeZone, new Date(), t.locale);
  const facts = [
    ...(device.state_reason ? [device.state_reason] : []),
    device.last_seen_at ? t(texts.lastSeen, { time: near(device.last_seen_at) }) : t(texts.neverSeen),
    ...(device.waiting_jobs > 0 ? [t(texts.waiting, { count: device.waiting_jobs })] : []),
  ];
  const advice = withAdvice ? adviceFor(device) : undefined;
  return (
    <div>
      <Badge tone={deviceTone(device.state)}>{t(jobTexts.deviceState[device.state])}</Badge>{" "}
      {device.paper_low ? <Badge tone="warn">{t(jobTexts.paperLow)}</Badge> : null}
      <div className={styles.soft}>{facts.join(" · ")}</div>
      {advice ? <div>{t(advice)}</div> : null}
    </div>
  );
}
