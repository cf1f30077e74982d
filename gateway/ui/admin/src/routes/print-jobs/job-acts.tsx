import { Button } from "antd";

import type { PrintJob } from "../../data/types";
import { useT } from "../../i18n";
import styles from "./print-jobs.module.css";
import { texts } from "./texts";
import type { JobDeeds } from "./use-job-deeds";
import { jobCan } from "./words";

/** What may be done with a job now. */
export function JobActs({ job, deeds }: { job: PrintJob; deeds: JobDeeds }) {
  const t = useT();
  if (!deeds.allowed) return null;
  const busy = deeds.busy === job.job_id;
  return (
    <div className={styles.acts}>
      {jobCan.cancel(job) ? <Button size="large" disabled={busy} onClick={() => deeds.cancel(job)}>{t(texts.cancel)}</Button> : null}
      {jobCan.decide(job) ? (
        <>
          <Button size="large" loading={busy} onClick={() => void deeds.isMissing(job)}>{t(texts.decideAgain)}</Button>
          <Button size="large" type="primary" loading={busy} onClick={() => void deeds.isPrinted(job)}>{t(texts.decidePrinted)}</Button>
        </>
      ) : null}
      {jobCan.reprint(job) ? <Button size="large" loading={busy} onClick={() => void deeds.reprint(job)}>{t(texts.reprint)}</Button> : null}
    </div>
  );
}
