import { useQuery } from "@tanstack/react-query";
import { formatDayTime } from "@yizhimai/kit";

import { availabilityQuery } from "../data/shared-queries";
import { useT } from "../i18n";
import { common } from "../i18n/common";
import styles from "./frame.module.css";
import { texts } from "./texts";
import { useScope } from "./use-scope";

/** 線上點餐狀態: whether customers can order now and what they are promised. */
export function OnlineState() {
  const { branch } = useScope();
  return branch ? <OfBranch branchId={branch.branch_id} /> : null;
}

const stateTexts = {
  open: texts.onlineOpen, paused: texts.onlinePaused, outside_hours: texts.onlineClosed,
  setup: common.branchState.setup, suspended: common.branchState.suspended, closed: common.branchState.closed,
} as const;

function OfBranch({ branchId }: { branchId: string }) {
  const t = useT();
  const { data } = useQuery(availabilityQuery(branchId));
  if (!data) return <span className={styles.online}>…</span>;
  const at = (instant: string) => formatDayTime(instant, data.time_zone, new Date(data.as_of), t.locale);
  return (
    <span className={data.state === "open" ? `${styles.online} ${styles.open}` : styles.online} role="status">
      {t(stateTexts[data.state])}
      <span className={styles.onlineMore}>
        {data.promised_at ? t(texts.onlinePromise, { time: at(data.promised_at) }) : null}
        {data.opens_at ? t(data.state === "paused" ? texts.onlineResumes : texts.onlineOpens, { time: at(data.opens_at) }) : null}
      </span>
    </span>
  );
}
