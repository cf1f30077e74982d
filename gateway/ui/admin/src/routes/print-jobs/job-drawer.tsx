import { useQuery } from "@tanstack/react-query";
import { formatDateTime } from "@yizhimai/kit";
import { Alert, Skeleton, Timeline } from "antd";

import type { PrintAttempt, PrintJob } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer, Facts } from "../../patterns/detail-drawer";
import { QueryView } from "../../patterns/states";
import { Badge } from "../rules/badge";
import { JobActs } from "./job-acts";
import styles from "./print-jobs.module.css";
import { jobPreviewQuery, printJobQuery } from "./queries";
import { Slips } from "./slips";
import { texts } from "./texts";
import { useJobDeeds } from "./use-job-deeds";
import { jobTone, marksOf, orderOf } from "./words";

/** A print job with its attempts and its slip. */
export function JobDrawer({ jobId, onClose }: { jobId: string | undefined; onClose: () => void }) {
  const t = useT();
  const query = useQuery({ ...printJobQuery(jobId ?? ""), enabled: jobId !== undefined });
  const deeds = useJobDeeds();
  const job = query.data?.job;
  return (
    <DetailDrawer
      open={jobId !== undefined}
      title={job ? t(texts.title, { document: t(texts.document[job.document]), state: t(texts.state[job.state]) }) : t(common.stateLoading)}
      onClose={onClose}
      footer={job ? <JobActs job={job} deeds={deeds} /> : null}
    >
      <QueryView query={query}>{(data) => <Detail job={data.job} attempts={data.attempts} />}</QueryView>
    </DetailDrawer>
  );
}

function Detail({ job, attempts }: { job: PrintJob; attempts: PrintAttempt[] }) {
  const t = useT();
  const { timeZone } = useScope();
  const preview = useQuery(jobPreviewQuery(job.job_id));
  const at = (instant: string | null | undefined) => formatDateTime(instant, timeZone);
  const document = t(texts.document[job.document]);
  return (
    <>
      {job.state === "unconfirmed" ? <Alert type="warning" showIcon title={t(texts.undecided)} /> : null}
      <Facts
        facts={[
          [t(texts.stateLabel), <Badge key="state" tone={jobTone(job.state)}>{t(texts.state[job.state])}</Badge>],
          ...(job.reason ? ([[t(texts.reasonWord), t(texts.reason[job.reason])]] as const) : []),
          [t(texts.documentLabel), [document, ...marksOf(t, job)].join(" · ")],
          [t(texts.orderLabel), orderOf(t, job) ?? t(texts.ofDevice)],
          ...(job.print_point_name ? ([[t(texts.pointLabel), job.print_point_name]] as const) : []),
          [t(texts.deviceLabel), job.device_name],
          [t(texts.copiesLabel), t(texts.copies, { count: job.copies })],
          [t(texts.when), at(job.due_at)],
          ...(job.ended_at ? [] : ([[t(texts.expiresLabel), at(job.expires_at)]] as const)),
        ]}
      />
      <section aria-label={t(texts.attempts)}>
        <h3 style={{ marginBottom: 16 }}>{t(texts.attempts)}</h3>
        {attempts.length === 0 ? <p className={styles.soft}>{t(texts.noAttempts)}</p> : null}
        <Timeline items={attempts.map((attempt) => ({ key: attempt.number, content: <Attempt attempt={attempt} at={at} /> }))} />
      </section>
      <section aria-label={t(texts.preview)}>
        <h3 style={{ marginBottom: 12 }}>{t(texts.preview)}</h3>
        {preview.data ? <Slips label={document} pages={preview.data} /> : preview.isError ? <p className={styles.soft}>{t(texts.noPreview)}</p> : <Skeleton active paragraph={{ rows: 6 }} />}
      </section>
    </>
  );
}

function Attempt({ attempt, at }: { attempt: PrintAttempt; at: (instant: string | null | undefined) => string }) {
  const t = useT();
  const outcome = attempt.printed ? t(texts.attemptPrinted) : attempt.reason ? t(texts.reason[attempt.reason]) : attempt.ended_at ? t(texts.attemptFailed) : t(texts.attemptOpen);
  const marks = [
    ...(attempt.late_minutes > 0 ? [t(texts.late, { count: attempt.late_minutes })] : []),
    ...(attempt.may_be_duplicate ? [t(texts.duplicateMark)] : []),
    ...(attempt.moved ? [t(texts.movedMark)] : []),
  ];
  return (
    <>
      <strong>{t(texts.attempt, { number: attempt.number, device: attempt.device_name })}</strong>
      <div className={styles.soft}>{[at(attempt.sent_at), outcome, ...marks].join(" · ")}</div>
    </>
  );
}
