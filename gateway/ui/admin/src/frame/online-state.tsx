import { useQuery } from "@tanstack/react-query";
import { formatDayTime } from "@yizhimai/kit";

import { availabilityQuery } from "../data/shared-queries";
import { useT } from "../i18n";
import styles from "./frame.module.css";
import { useScope } from "./use-scope";

/** 線上點餐狀態: whether customers can order now and what they are promised. */
export function OnlineState() {
  const { branch } = useScope();
  return branch ? <OfBranch branchId={branch.branch_id} /> : null;
}

const texts = {
  open: "online.open", paused: "online.paused", outside_hours: "online.closed",
  setup: "branchState.setup", suspended: "branchState.suspended", closed: "branchState.closed",
} as const;

function OfBranch({ branchId }: { branchId: string }) {
  const t = useT();
  const { data } = useQuery(availabilityQuery(branchId));
  if (!data) return <span className={styles.online}>…</span>;
  const at = (instant: string) => formatDayTime(instant, data.time_zone, new Date(data.as_of), t.locale);
  return (
    <span className={data.state === "open" ? `${styles.online} ${styles.open}` : styles.online} role="status">
      {t(texts[data.state])}
      <span className={styles.onlineMore}>
        {data.promised_at ? t("online.promise", { time: at(data.promised_at) }) : null}
        {data.opens_at ? t(data.state === "paused" ? "online.resumes" : "online.opens", { time: at(data.opens_at) }) : null}
      </span>
    </span>
  );
}
