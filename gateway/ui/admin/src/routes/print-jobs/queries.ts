import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { PrintDecision, PrintDeviceSummary, PrintJob } from "../../data/types";
import type { PrintJobSearch } from "./search";

const LOOK_EVERY_MS = 30_000;

/** A page of the jobs of a branch as filtered, the latest first. */
export const printJobsQuery = (branchId: string, { states, device, pages }: PrintJobSearch) =>
  queryOptions({
    queryKey: [...keys.printJobs(branchId), { states, device }, pages],
    queryFn: () =>
      call("GET", "/api/admin/branches/{branch_id}/print-jobs", {
        path: { branch_id: branchId },
        query: { states: states?.join(","), device_id: device, page_size: 50, page_token: pages?.at(-1) },
      }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

/** A job with its attempts. */
export const printJobQuery = (jobId: string) =>
  queryOptions({
    queryKey: keys.printJob(jobId),
    queryFn: () => call("GET", "/api/admin/print-jobs/{job_id}", { path: { job_id: jobId } }),
    staleTime: 0,
  });

/** The slips of a job, dot by dot. */
export const jobPreviewQuery = (jobId: string) =>
  queryOptions({
    queryKey: [...keys.printJob(jobId), "preview"],
    queryFn: async () => (await call("GET", "/api/admin/print-jobs/{job_id}/preview", { path: { job_id: jobId } })).pages,
    staleTime: Infinity,
    retry: false,
  });

/** How the paired printers of a branch are; asked again now and then, should no event come. */
export const deviceStatesQuery = (branchId: string) =>
  queryOptions({
    queryKey: keys.printDeviceStates(branchId),
    queryFn: async (): Promise<PrintDeviceSummary[]> =>
      (await call("GET", "/api/admin/branches/{branch_id}/print-device-states", { path: { branch_id: branchId }, query: { page_size: 50 } })).devices,
    refetchInterval: LOOK_EVERY_MS,
  });

/** The jobs of an order, the earliest first. */
export const orderPrintsQuery = (orderId: string) =>
  queryOptions({
    queryKey: keys.orderPrints(orderId),
    queryFn: async () => (await call("GET", "/api/admin/orders/{order_id}/print-jobs", { path: { order_id: orderId } })).jobs,
    staleTime: 0,
  });

/** Prints the slips of a job again. */
export function reprint(jobId: string, key: string) {
  return call("POST", "/api/admin/print-jobs/{job_id}/reprint", { path: { job_id: jobId }, body: {}, key });
}

/** Says of a job of which nobody knows whether it was printed. */
export function decide({ job_id, version }: PrintJob, decision: PrintDecision) {
  return call("POST", "/api/admin/print-jobs/{job_id}/decide", { path: { job_id }, body: { version, decision } });
}

/** Cancels a job that waits. */
export function cancelJob({ job_id, version }: PrintJob) {
  return call("POST", "/api/admin/print-jobs/{job_id}/cancel", { path: { job_id }, body: { version } });
}

/** Prints an order by every rule that is printed by hand. */
export function printOrder(orderId: string, key: string) {
  return call("POST", "/api/admin/orders/{order_id}/print-jobs", { path: { order_id: orderId }, body: {}, key });
}
