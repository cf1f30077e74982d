/** What the address of the audit trail says: filters and the pages walked. */
export interface AuditSearch {
  account_id?: string;
  action?: string;
  object_id?: string;
  branch_id?: string;
  /** Dates on the clock of the branch worked in, both included. */
  from?: string;
  until?: string;
  pages?: string[];
}

const textFields = ["account_id", "action", "object_id", "branch_id"] as const;
const dates = ["from", "until"] as const;

/** Reads an address; what it cannot mean is left out. */
export function parseAuditSearch(search: Record<string, unknown>): AuditSearch {
  const found: AuditSearch = {};
  for (const name of textFields) {
    const value = search[name];
    if (typeof value === "string" && value) found[name] = value;
  }
  for (const name of dates) {
    const value = search[name];
    if (typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/u.test(value)) found[name] = value;
  }
  const { pages } = search;
  if (Array.isArray(pages) && pages.length > 0) found.pages = pages.filter((page): page is string => typeof page === "string");
  return found;
}
