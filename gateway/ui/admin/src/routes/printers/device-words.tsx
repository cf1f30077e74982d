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
  const problem = device.cloud_problem ? <div role="status">{t(texts.cloudProblem[device.cloud_problem])}</div> : null;
  if (!device.paired) {
    return (
      <div>
        <Badge tone="warn">{t(texts.unpaired)}</Badge>
        {problem}
      </div>
    );
  }
  const near = (instant: string) => formatDayTime(instant, timeZone, new Date(), t.locale);
  const facts = [
    ...(device.state_reason && !problem ? [device.state_reason] : []),
    device.last_seen_at ? t(texts.lastSeen, { time: near(device.last_seen_at) }) : t(texts.neverSeen),
    ...(device.waiting_jobs > 0 ? [t(texts.waiting, { count: device.waiting_jobs })] : []),
  ];
  // What keeps its cloud from serving it comes before what could be wrong with the printer.
  const advice = withAdvice && !problem ? adviceFor(device) : undefined;
  return (
    <div>
      <Badge tone={deviceTone(device.state)}>{t(jobTexts.deviceState[device.state])}</Badge>{" "}
      {device.paper_low ? <Badge tone="warn">{t(jobTexts.paperLow)}</Badge> : null}
      <div className={styles.soft}>{facts.join(" · ")}</div>
      {problem}
      {advice ? <div>{t(advice)}</div> : null}
    </div>
  );
}
