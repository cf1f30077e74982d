import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { RowDecision, SettlementImport, SettlementMapping } from "../../data/types";
import type { SettlementSearch, SettlementsSearch } from "./search";

/** A page of a brand's settlements, the last imported first, with the accounts. */
export const settlementsQuery = (brandId: string, { account, pages }: SettlementsSearch) =>
  queryOptions({
    queryKey: [...keys.settlements(brandId), "files", account, pages],
    queryFn: () =>
      call("GET", "/api/admin/brands/{brand_id}/settlements", {
        path: { brand_id: brandId }, query: { account_id: account, page_size: 20, page_token: pages?.at(-1) },
      }),
    placeholderData: keepPreviousData,
  });

/** A page of the money that stands in no file. */
export const unsettledQuery = (brandId: string, { account, overdue, pages }: SettlementsSearch) =>
  queryOptions({
    queryKey: [...keys.settlements(brandId), "unsettled", account, overdue, pages],
    queryFn: () =>
      call("GET", "/api/admin/brands/{brand_id}/unsettled", {
        path: { brand_id: brandId }, query: { account_id: account, overdue, page_size: 50, page_token: pages?.at(-1) },
      }),
    placeholderData: keepPreviousData,
  });

/** A settlement with a page of its rows. */
export const settlementQuery = (brandId: string, settlementId: string, { pages, ...filters }: SettlementSearch) =>
  queryOptions({
    queryKey: [...keys.settlements(brandId), settlementId, filters, pages],
    queryFn: () =>
      call("GET", "/api/admin/settlements/{settlement_id}", {
        path: { settlement_id: settlementId }, query: { ...filters, page_size: 50, page_token: pages?.at(-1) },
      }),
    placeholderData: keepPreviousData,
  });

/** A file with what staff say about it. */
export interface FileChoice {
  accountId: string;
  paidOn: string;
  file: File;
  /** What the columns are; what the account remembers or their names say when it is left out. */
  mapping?: SettlementMapping | undefined;
}

/** Imports a file, or only reads it. */
export function importFile({ accountId, paidOn, file, mapping }: FileChoice, dryRun: boolean): Promise<SettlementImport> {
  return call("POST", "/api/admin/payment-accounts/{account_id}/settlements", {
    path: { account_id: accountId },
    query: { file_name: file.name, paid_on: paidOn, dry_run: dryRun, mapping: mapping && JSON.stringify(mapping) },
    body: file,
  });
}

/** Compares again what differs. */
export function matchAgain(settlementId: string) {
  return call("POST", "/api/admin/settlements/{settlement_id}/match", { path: { settlement_id: settlementId }, body: {} });
}

/** Decides about a row. */
export function resolveRow(settlementId: string, line: number, decision: RowDecision, note: string, branchId: string | undefined) {
  return call("POST", "/api/admin/settlements/{settlement_id}/rows/{line}/decision", {
    path: { settlement_id: settlementId, line }, body: { decision, note, ...(branchId ? { branch_id: branchId } : {}) },
  });
}
