import { instantOf } from "@yizhimai/kit";

import type { ConsentKind, Gender, MemberFilter, MemberSort, MemberState } from "../../data/types";
import { DATE, ID, idsIn, pagesIn, textsIn } from "../../patterns/search";

export const states = ["active", "blocked", "prepays", "merged", "erased"] as const satisfies readonly MemberState[];
export const sorts = ["joined", "last_order", "spent"] as const satisfies readonly MemberSort[];
export const genders = ["male", "female", "other", "not_given"] as const satisfies readonly Gender[];
/** Most tiers and tags that are asked for at once. */
export const MOST_TIERS = 10;
export const MOST_TAGS = 50;
export const marketings = ["marketing_line", "marketing_sms", "marketing_email"] as const satisfies readonly ConsentKind[];

/** What the address of the list says. The text that is searched for is personal data and never stands in it. */
export interface MemberSearch {
  states?: MemberState[];
  sort?: MemberSort;
  branch?: string;
  /** With one of these tiers; with one of these tags. */
  tiers?: string[];
  tags?: string[];
  gender?: Gender;
  marketing?: ConsentKind;
  /** Linked with LINE, or not. */
  line?: "yes" | "no";
  birth?: number;
  /** Joined within these dates. */
  from?: string;
  until?: string;
  /** Days without an order, at least. */
  quiet?: number;
  /** Completed orders and money spent, at least. */
  orders?: number;
  spent?: number;
  pages?: string[];
}

function numberIn(value: unknown, min: number, max: number): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max ? value : undefined;
}

/** Reads an address; what it cannot mean is left out. */
export function parseMemberSearch(search: Record<string, unknown>): MemberSearch {
  const found = states.filter((one) => Array.isArray(search.states) && search.states.includes(one));
  const sort = sorts.find((one) => one === search.sort);
  const gender = genders.find((one) => one === search.gender);
  const marketing = marketings.find((one) => one === search.marketing);
  const line = (["yes", "no"] as const).find((one) => one === search.line);
  const numbers = { birth: numberIn(search.birth, 1, 12), quiet: numberIn(search.quiet, 1, 3_650), orders: numberIn(search.orders, 1, 1_000_000), spent: numberIn(search.spent, 1, 999_999_999) };
  return {
    ...(found.length > 0 ? { states: found } : {}),
    ...(sort ? { sort } : {}),
    ...(gender ? { gender } : {}),
    ...(marketing ? { marketing } : {}),
    ...(line ? { line } : {}),
    ...(Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined)) as Partial<MemberSearch>),
    ...idsIn(search, { tiers: MOST_TIERS, tags: MOST_TAGS }),
    ...textsIn(search, { branch: ID, from: DATE, until: DATE }),
    ...pagesIn(search),
  };
}

const DAY_MS = 86_400_000;

/** Whether the address or the text leaves out any member. */
export function isFiltered({ pages: _, sort: __, ...filters }: MemberSearch, text: string): boolean {
  return text !== "" || Object.keys(filters).length > 0;
}

/** The filter as it is sent. */
export function filterOf(search: MemberSearch, text: string, timeZone: string, now: number): MemberFilter {
  const { from, until } = search;
  const dayAfter = until && new Date(Date.parse(until) + DAY_MS).toISOString().slice(0, 10);
  return {
    text: text.trim(),
    states: search.states ?? [],
    ...(from ? { joined_from: instantOf(`${from}T00:00`, timeZone) } : {}),
    ...(dayAfter ? { joined_until: instantOf(`${dayAfter}T00:00`, timeZone) } : {}),
    // Whole days, so that looking again finds the same.
    ...(search.quiet ? { last_order_until: new Date(Math.floor(now / DAY_MS) * DAY_MS - search.quiet * DAY_MS).toISOString() } : {}),
    ...(search.orders ? { min_orders: search.orders } : {}),
    ...(search.spent ? { min_spent: search.spent } : {}),
    ...(search.birth ? { birth_month: search.birth } : {}),
    ...(search.gender ? { gender: search.gender } : {}),
    ...(search.branch ? { source_branch_id: search.branch } : {}),
    ...(search.line ? { has_line: search.line === "yes" } : {}),
    ...(search.tiers ? { tier_ids: search.tiers } : {}),
    ...(search.tags ? { tag_ids: search.tags } : {}),
    ...(search.marketing ? { marketing: search.marketing } : {}),
  } as MemberFilter;
}
