import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Tag, TagFilter, TagRule } from "../../data/types";
import type { sentTag } from "./tag-form";

/** Creates a tag, or changes one; `allowSimilar` once the person has seen the names that are close. */
export function saveTag(tag: Tag | undefined, { rule_paused, ...draft }: ReturnType<typeof sentTag>, allowSimilar: boolean, key: string) {
  const body = { ...draft, allow_similar: allowSimilar };
  return tag
    ? call("PUT", "/api/admin/tags/{tag_id}", { path: { tag_id: tag.tag_id }, body: { ...body, rule_paused, version: tag.version } })
    : call("POST", "/api/admin/tags", { body, key });
}

/** Gives all members of a tag another one, and archives it. */
export function mergeTags({ tag_id, version }: Tag, into_tag_id: string) {
  return call("POST", "/api/admin/tags/{tag_id}/merge", { path: { tag_id }, body: { version, into_tag_id } });
}

/** Archives a tag, or brings it back. */
export function archiveTag({ tag_id, version }: Tag, archived: boolean) {
  return call("POST", "/api/admin/tags/{tag_id}/archive", { path: { tag_id }, body: { version, archived } });
}

/** Counts the members who meet a rule, and whom it would change; nothing is stored. */
export const rulePreviewQuery = (tagId: string | undefined, rule: TagRule) =>
  queryOptions({
    queryKey: [...keys.tags(), "rule", tagId ?? "", rule],
    queryFn: () => call("POST", "/api/admin/tags/rule-preview", { body: { ...(tagId ? { tag_id: tagId } : {}), rule } }),
    placeholderData: keepPreviousData,
    retry: false,
  });

/** Whom a batch is for. */
export interface BatchTarget {
  add: boolean;
  phones?: string[];
  filter?: TagFilter;
}

/** Counts what a batch would change; nothing is stored. */
export const batchPreviewQuery = (tagId: string, target: BatchTarget) =>
  queryOptions({
    queryKey: [...keys.tags(), tagId, "batch", target],
    queryFn: () => createBatch(tagId, target, true, crypto.randomUUID()),
    placeholderData: keepPreviousData,
    retry: false,
  });

/** Gives a tag to many members or takes it from them. */
export function createBatch(tag_id: string, target: BatchTarget, dry_run: boolean, key: string) {
  return call("POST", "/api/admin/tags/{tag_id}/batches", { path: { tag_id }, body: { ...target, dry_run }, key });
}

/** A page of batches, newest first. */
export const batchesQuery = (pages: readonly string[] | undefined) =>
  queryOptions({
    queryKey: [...keys.tagBatches(), pages],
    queryFn: () => call("GET", "/api/admin/tags/batches", { query: { page_size: 20, page_token: pages?.at(-1) } }),
    placeholderData: keepPreviousData,
  });

/** Undoes a batch where nothing else changed the tag since. */
export function undoBatch(batch_id: string) {
  return call("POST", "/api/admin/tags/batches/{batch_id}/undo", { path: { batch_id } });
}
