import { queryOptions } from "@tanstack/react-query";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { ConsentKind, Member, MemberUpdate } from "../../data/types";

/** A member's profile, masked. */
export const memberQuery = (memberId: string) =>
  queryOptions({
    queryKey: keys.member(memberId),
    queryFn: async () => (await call("GET", "/api/admin/members/{member_id}", { path: { member_id: memberId } })).profile,
  });

/** Points of a member, now or at an earlier instant. */
export const memberPointsQuery = (memberId: string, at?: string) =>
  queryOptions({
    queryKey: [...keys.member(memberId), "points", at],
    queryFn: () => call("GET", "/api/admin/points/members/{member_id}", { path: { member_id: memberId }, query: { at } }),
  });

/** Tiers of a member by programme. */
export const memberTiersQuery = (memberId: string) =>
  queryOptions({
    queryKey: [...keys.member(memberId), "tiers"],
    queryFn: async () => (await call("GET", "/api/admin/tiers/members/{member_id}", { path: { member_id: memberId } })).tiers,
  });

/** Tags of a member and how they changed. */
export const memberTagsQuery = (memberId: string) =>
  queryOptions({
    queryKey: [...keys.member(memberId), "tags"],
    queryFn: () => call("GET", "/api/admin/tags/members/{member_id}", { path: { member_id: memberId } }),
  });

/** Coupons of a member, the last issued first. */
export const memberCouponsQuery = (memberId: string) =>
  queryOptions({
    queryKey: [...keys.member(memberId), "coupons"],
    queryFn: async () => (await call("GET", "/api/admin/coupons", { query: { member_id: memberId, page_size: 20 } })).coupons,
  });

/** Mergings that a member took part in. */
export const mergesQuery = (memberId: string) =>
  queryOptions({
    queryKey: [...keys.member(memberId), "merges"],
    queryFn: async () => (await call("GET", "/api/admin/members/{member_id}/merges", { path: { member_id: memberId } })).merges,
  });

/** Members that may be the same person. */
export const duplicatesOfQuery = (memberId: string) =>
  queryOptions({
    queryKey: [...keys.duplicates(), memberId],
    queryFn: async () => (await call("GET", "/api/admin/members/duplicates", { query: { member_id: memberId } })).pairs,
  });

/** Personal data in full; each call is recorded. */
export function unmask(member_id: string, reason: string) {
  return call("POST", "/api/admin/members/{member_id}/unmask", { path: { member_id }, body: { reason } });
}

/** Corrects a member's data. */
export function updateMember({ member_id, version }: Member, changes: Omit<MemberUpdate, "version" | "reason">, reason: string) {
  return call("PUT", "/api/admin/members/{member_id}", { path: { member_id }, body: { ...changes, version, reason } });
}

/** Puts a member on the blacklist, or takes one off it. */
export function setState({ member_id, version }: Member, state: "active" | "blocked" | "prepays", reason: string) {
  return call("POST", "/api/admin/members/{member_id}/state", { path: { member_id }, body: { version, state, reason } });
}

/** Records a consent that the member gave or withdrew otherwise than in the storefront. */
export function setConsent(member_id: string, kind: ConsentKind, agreed: boolean, text_version: string, reason: string) {
  return call("PUT", "/api/admin/members/{member_id}/consents", { path: { member_id }, body: { consents: [{ kind, agreed, text_version }], reason } });
}

/** Everything that is kept about a member. */
export async function copyMember(member_id: string, reason: string) {
  return (await call("POST", "/api/admin/members/{member_id}/copy", { path: { member_id }, body: { reason } })).copy;
}

/** Erases the person's data for good. */
export function eraseMember({ member_id, version }: Member, reason: string) {
  return call("POST", "/api/admin/members/{member_id}/erase", { path: { member_id }, body: { version, reason } });
}

export function addNote(member_id: string, text: string, key: string) {
  return call("POST", "/api/admin/members/{member_id}/notes", { path: { member_id }, body: { text }, key });
}

export function deleteNote(member_id: string, note_id: string) {
  return call("DELETE", "/api/admin/members/{member_id}/notes/{note_id}", { path: { member_id, note_id } });
}

export function changeTags(member_id: string, change: { add_tag_ids?: string[]; remove_tag_ids?: string[] }) {
  return call("POST", "/api/admin/tags/members/{member_id}", { path: { member_id }, body: change });
}

export function setTier(member_id: string, body: { programme_id: string; tier_id: string; valid_until: string | null; reason: string }) {
  return call("PUT", "/api/admin/tiers/members/{member_id}", { path: { member_id }, body });
}

export async function adjustPoints(member_id: string, body: { programme_id: string; points: number; reason: string }, key: string) {
  return (await call("POST", "/api/admin/points/members/{member_id}/adjustments", { path: { member_id }, body, key })).adjustment;
}

export function undoMerge(merge_id: string, reason: string) {
  return call("POST", "/api/admin/member-merges/{merge_id}/undo", { path: { merge_id }, body: { reason } });
}
