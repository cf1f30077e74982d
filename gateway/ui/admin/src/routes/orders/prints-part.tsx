import { useQuery, useQueryClient } from "@tanstack/react-query";
import { formatDateTime } from "@yizhimai/kit";
import { App, Button, Flex } from "antd";
import { useRef, useState } from "react";

import { newIdempotencyKey } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Order, PrintJob } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { QueryView } from "../../patterns/states";
import { useRefusalToast } from "../../patterns/use-toast";
import { JobActs } from "../print-jobs/job-acts";
import styles from "../print-jobs/print-jobs.module.css";
import { orderPrintsQuery, printOrder } from "../print-jobs/queries";
import { texts } from "../print-jobs/texts";
import { useJobDeeds } from "../print-jobs/use-job-deeds";
import { jobTone, marksOf } from "../print-jobs/words";
import { Badge } from "../rules/badge";

/** What was printed of an order, by which printer, and 補印. */
export function PrintsPart({ order }: { order: Order }) {
  const t = useT();
  const client = useQueryClient();
  const { message } = App.useApp();
  const toast = useRefusalToast();
  const deeds = useJobDeeds();
  const query = useQuery(orderPrintsQuery(order.order_id));
  const [busy, setBusy] = useState(false);
  const key = useRef("");

  async function print() {
    setBusy(true);
    // One of which no answer came is sent with its key again.
    key.current ||= newIdempotencyKey();
    try {
      await printOrder(order.order_id, key.current);
      key.current = "";
      void message.success(t(texts.orderPrinted));
    } catch (thrown) {
      toast(thrown);
    } finally {
      await client.invalidateQueries({ queryKey: keys.orderPrints(order.order_id) });
      setBusy(false);
    }
  }

  return (
    <section aria-label={t(texts.orderTitle)}>
      <Flex justify="space-between" align="center" gap={8} style={{ marginBottom: 8 }}>
        <h3>{t(texts.orderTitle)}</h3>
        {deeds.allowed ? <Button loading={busy} onClick={() => void print()}>{t(texts.orderPrint)}</Button> : null}
      </Flex>
      <QueryView query={query} skeleton={<p className={styles.soft} aria-busy="true">…</p>}>
        {(jobs) =>
          jobs.length === 0 ? (
            <p className={styles.soft}>{t(texts.orderNone)}</p>
          ) : (
            <ul className={styles.list}>
              {jobs.map((job) => (
                <li key={job.job_id}>
                  <JobLine job={job} />
                  <JobActs job={job} deeds={deeds} />
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </section>
  );
}

function JobLine({ job }: { job: PrintJob }) {
  const t = useT();
  const { timeZone } = useScope();
  const where = job.print_point_name && job.print_point_name !== job.device_name ? `${job.print_point_name}（${job.device_name}）` : job.device_name;
  return (
    <div className={styles.what}>
      <span className={styles.marks}>
        <strong>{t(texts.document[job.document])}</strong>
        <Badge tone={jobTone(job.state)}>{t(texts.state[job.state])}</Badge>
        {marksOf(t, job).map((mark) => <Badge key={mark} tone="plain">{mark}</Badge>)}
      </span>
      <div className={styles.soft}>
        {[formatDateTime(job.ended_at ?? job.sent_at ?? job.due_at, timeZone), where, ...(job.reason ? [t(texts.reason[job.reason])] : [])].join(" · ")}
      </div>
    </div>
  );
}
