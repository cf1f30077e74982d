import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useRef, useState } from "react";

import { newIdempotencyKey } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { PrintJob } from "../../data/types";
import { useMe } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { useDanger } from "../../patterns/use-danger";
import { useRefusalToast } from "../../patterns/use-toast";
import { may } from "../../session/may";
import { cancelJob, decide, reprint } from "./queries";
import { texts } from "./texts";

/** What staff do with print jobs; each refreshes what shows them. */
export function useJobDeeds() {
  const t = useT();
  const client = useQueryClient();
  const { message } = App.useApp();
  const toast = useRefusalToast();
  const danger = useDanger();
  const reprintKeys = useRef(new Map<string, string>());
  const [busy, setBusy] = useState<string>();
  const allowed = may(useMe(), "ops.orders", "operate");

  async function refresh({ branch_id, job_id, order_id }: PrintJob) {
    await Promise.all([
      client.invalidateQueries({ queryKey: keys.printing(branch_id) }),
      client.invalidateQueries({ queryKey: keys.printJob(job_id), exact: true }),
      order_id ? client.invalidateQueries({ queryKey: keys.orderPrints(order_id) }) : undefined,
    ]);
  }

  async function run(job: PrintJob, deed: () => Promise<unknown>, done: string) {
    setBusy(job.job_id);
    try {
      await deed();
      void message.success(done);
    } catch (thrown) {
      toast(thrown);
    } finally {
      await refresh(job);
      setBusy(undefined);
    }
  }

  /** A reprint of which no answer came is sent with its key again, so that it is no second slip. */
  async function again({ job_id }: PrintJob) {
    const key = reprintKeys.current.get(job_id) ?? newIdempotencyKey();
    reprintKeys.current.set(job_id, key);
    await reprint(job_id, key);
    reprintKeys.current.delete(job_id);
  }

  return {
    allowed,
    busy,
    reprint: (job: PrintJob) => run(job, () => again(job), t(texts.reprinted)),
    isPrinted: (job: PrintJob) => run(job, () => decide(job, "printed"), t(texts.decided)),
    /** There is no slip: that is noted first, so that the reprint is of a slip that failed. */
    isMissing: (job: PrintJob) => run(job, () => decide(job, "not_printed").then(() => again(job)), t(texts.reprinted)),
    cancel: (job: PrintJob) =>
      danger({
        title: t(texts.cancelTitle, { document: t(texts.document[job.document]) }),
        text: t(texts.cancelText),
        deed: t(texts.cancel),
        act: () => cancelJob(job).catch(toast).finally(() => refresh(job)),
      }),
  };
}

export type JobDeeds = ReturnType<typeof useJobDeeds>;
