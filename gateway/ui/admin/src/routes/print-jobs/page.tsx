import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { formatDateTime } from "@yizhimai/kit";
import { Button, Select } from "antd";

import type { PrintJob, PrintJobState } from "../../data/types";
import { texts as frameTexts } from "../../frame/texts";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { useLine } from "../../live/line";
import { ListPage, type ListColumn } from "../../patterns/list-page";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { withoutEmpty } from "../../patterns/search";
import { EmptyState } from "../../patterns/states";
import { PrepButton } from "../prep-list/prep-button";
import { Badge } from "../rules/badge";
import { JobActs } from "./job-acts";
import { JobDrawer } from "./job-drawer";
import { isOfPrinting, refreshPrinting } from "./live";
import styles from "./print-jobs.module.css";
import { deviceStatesQuery, printJobsQuery } from "./queries";
import { states, type PrintJobSearch } from "./search";
import { texts } from "./texts";
import { useJobDeeds, type JobDeeds } from "./use-job-deeds";
import { jobTone, marksOf, orderOf } from "./words";

const route = getRouteApi("/signed-in/branches/$branchId/print-jobs");

interface Row {
  job: PrintJob;
  when: string;
  document: string;
  marks: string[];
  order: string;
  state: string;
  reason: string;
  deeds: JobDeeds;
  open: () => void;
}

const columns: readonly ListColumn<Row>[] = [
  { key: "when", title: texts.when, fixed: true, render: (row) => <span className="tabular">{row.when}</span> },
  {
    key: "document", title: texts.documentLabel, fixed: true,
    render: (row) => (
      <span className={styles.marks}>
        <Button type="link" style={{ padding: 0, fontWeight: 600 }} onClick={row.open}>{row.document}</Button>
        {row.marks.map((mark) => <Badge key={mark} tone="plain">{mark}</Badge>)}
      </span>
    ),
  },
  { key: "order", title: texts.orderLabel, render: (row) => row.order },
  { key: "point", title: texts.pointLabel, render: ({ job }) => job.print_point_name || "—" },
  { key: "device", title: texts.deviceLabel, render: ({ job }) => job.device_name },
  {
    key: "state", title: texts.stateLabel, fixed: true,
    render: (row) => (
      <div style={{ maxWidth: 260, whiteSpace: "normal" }}>
        <Badge tone={jobTone(row.job.state)}>{row.state}</Badge>
        {row.reason ? <div className={styles.soft}>{row.reason}</div> : null}
      </div>
    ),
  },
  { key: "acts", title: common.actionMore, fixed: true, align: "right", render: (row) => <JobActs job={row.job} deeds={row.deeds} /> },
];

/** 列印紀錄: every slip of a branch, whether it was printed, and what is to be decided. */
export function PrintJobsPage() {
  const t = useT();
  const { branchId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const { branch, timeZone } = useScope();
  const query = useQuery(printJobsQuery(branchId, search));
  const devices = useQuery(deviceStatesQuery(branchId));
  const deeds = useJobDeeds();
  const refresh = () => refreshPrinting(client, branchId);
  useLine(branchId, (event) => isOfPrinting(event) && refresh(), refresh);

  const filter = (next: Partial<PrintJobSearch>) => void navigate({ search: ({ pages: _, ...now }) => withoutEmpty({ ...now, ...next }), replace: true });
  const rows = query.data?.jobs.map(
    (job): Row => ({
      job,
      when: formatDateTime(job.due_at, timeZone),
      document: t(texts.document[job.document]),
      marks: marksOf(t, job),
      order: orderOf(t, job) ?? t(texts.ofDevice),
      state: t(texts.state[job.state]),
      reason: job.reason ? t(texts.reason[job.reason]) : "",
      deeds,
      open: () => void navigate({ search: (now) => ({ ...now, job: job.job_id }) }),
    }),
  );
  const filtered = search.states !== undefined || search.device !== undefined;
  return (
    <Page>
      <PageHeader title={t(frameTexts.functionNames.printJobs)} hint={`${branch?.name ?? ""} · ${t(texts.hint)}`} actions={<PrepButton branchId={branchId} />} />
      <ListPage<Row>
        name="print-jobs"
        columns={columns}
        rowKey={({ job }) => job.job_id}
        rows={rows}
        error={query.error}
        updatedAt={query.dataUpdatedAt}
        refetch={() => void query.refetch()}
        pages={search.pages ?? []}
        nextToken={query.data?.next_page_token}
        onPages={(pages) => void navigate({ search: ({ pages: _, ...now }) => (pages.length > 0 ? { ...now, pages } : now) })}
        filters={
          <>
            <Select<PrintJobState[]>
              mode="multiple"
              allowClear
              style={{ flex: "1 1 200px", maxWidth: 420 }}
              aria-label={t(texts.stateLabel)}
              placeholder={t(texts.allStates)}
              value={search.states ?? []}
              onChange={(next) => filter({ states: next })}
              options={states.map((one) => ({ value: one, label: t(texts.state[one]) }))}
            />
            <Select<string>
              allowClear
              style={{ flex: "1 1 160px", maxWidth: 260 }}
              aria-label={t(texts.deviceLabel)}
              placeholder={t(texts.allDevices)}
              value={search.device}
              onChange={(device?: string) => filter({ device })}
              options={(devices.data ?? []).map((one) => ({ value: one.device_id, label: one.name }))}
            />
          </>
        }
        empty={
          filtered ? (
            <EmptyState title={t(texts.noneFound)} action={<Button onClick={() => void navigate({ search: {} })}>{t(common.listClearFilters)}</Button>} />
          ) : (
            <EmptyState title={t(texts.none)} hint={t(texts.noneHint)} />
          )
        }
      />
      <JobDrawer jobId={search.job} onClose={() => void navigate({ search: ({ job: _, ...now }) => now })} />
    </Page>
  );
}
