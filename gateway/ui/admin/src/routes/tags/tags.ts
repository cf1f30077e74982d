import { folded } from "@yizhimai/kit";

import type { Tag, TagFilter } from "../../data/types";

/** A group of tags as it is listed; its name is empty for tags without one. */
export interface TagGroup {
  name: string;
  tags: Tag[];
}

/** The tags that match a text, in their groups; those without a group come last. */
export function grouped(tags: readonly Tag[], text: string, withArchived: boolean): TagGroup[] {
  const wanted = folded(text.trim());
  const found = tags.filter(
    (tag) =>
      (withArchived || !tag.archived) &&
      (wanted === "" || [tag.name, tag.group_name, tag.description, ...tag.former_names].some((one) => folded(one).includes(wanted))),
  );
  const names = [...new Set(found.map(({ group_name }) => group_name))].toSorted((one, other) => Number(one === "") - Number(other === "") || one.localeCompare(other, "zh-TW"));
  return names.map((name) => ({
    name,
    tags: found.filter((tag) => tag.group_name === name).toSorted((one, other) => Number(one.archived) - Number(other.archived) || one.name.localeCompare(other.name, "zh-TW")),
  }));
}

/** Phones out of pasted text, one each line or with commas; each once. */
export function phonesIn(text: string): string[] {
  return [...new Set(text.split(/[\n,;，；、]+/u).map((one) => one.trim()).filter(Boolean))];
}

/** Members chosen by what is known of them; an empty number or list is no condition. */
export interface FilterDraft {
  tier_ids: string[];
  tag_ids: string[];
  without_tag_ids: string[];
  min_orders: number | null;
  /** Days without an order. */
  quiet_days: number | null;
  /** Days since joining, at most. */
  joined_days: number | null;
}

export const noFilter: FilterDraft = { tier_ids: [], tag_ids: [], without_tag_ids: [], min_orders: null, quiet_days: null, joined_days: null };

const DAY_MS = 86_400_000;

/** Whether at least one condition is given. */
export function hasCondition(draft: FilterDraft): boolean {
  return draft.tier_ids.length + draft.tag_ids.length + draft.without_tag_ids.length > 0 || [draft.min_orders, draft.quiet_days, draft.joined_days].some((one) => one !== null && one > 0);
}

/** The filter as it is sent. */
export function filterOf({ min_orders, quiet_days, joined_days, ...lists }: FilterDraft, now: number): TagFilter {
  const ago = (days: number | null) => (days === null || days <= 0 ? null : new Date(now - days * DAY_MS).toISOString());
  return { ...lists, min_orders: min_orders ?? 0, last_order_before: ago(quiet_days), joined_from: ago(joined_days), joined_until: null };
}
