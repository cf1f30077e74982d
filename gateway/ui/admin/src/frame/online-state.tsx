import { useQuery } from "@tanstack/react-query";
import { formatDayTime } from "@yizhimai/kit";

import { availabilityQuery } from "../data/shared-queries";
import { useT } from "../i18n";
import styles from "./frame.module.css";
import { useScope } from "./use-scope";

/** 線上點餐狀態: whether customers can order now and what they are promised. */
export function OnlineState() {
  const { branch } = useScope();
  return branch ? <OfBranch branchId={branch.branch_id} live={branch.state === "live"} /> : null;
}

function OfBranch({ branchId, live }: { branchId: string; live: boolean }) {
  const t = useT();
  const { branch, timeZone } = useScope();
  const { data } = useQuery(availabilityQuery(branchId));
  if (!live && branch) return <span className={styles.online}>{t(`branchState.${branch.state}`)}</span>;
  if (!data) return <span className={styles.online}>…</span>;
  const at = (instant: string | null | undefined) => formatDayTime(instant, timeZone, new Date(data.as_of), t.locale);
  return (
    <span className={data.open ? `${styles.online} ${styles.open}` : styles.online} role="status">
      {data.open ? t("online.open") : t("online.closed")}
      <span className={styles.onlineMore}>
        {data.open && data.promised_at ? t("online.promise", { time: at(data.promised_at) }) : null}
        {!data.open && data.opens_at ? t("online.opens", { time: at(data.opens_at) }) : null}
      </span>
    </span>
  );
}
