import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import type { BenefitSettings, PromotionDraft, PromotionStep } from "../../data/benefit-types";
import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Rule } from "../rules/rule";
import type { PromotionSearch } from "./search";

const POLL_MS = 2_000;

/** A page of a brand's promotions as filtered. */
export const promotionsQuery = (brandId: string, { text, state, pages }: PromotionSearch) =>
  queryOptions({
    queryKey: [...keys.promotions(brandId), text, state, pages],
    queryFn: () =>
      call("GET", "/api/admin/promotions", {
        query: { brand_id: brandId, text, states: state, page_size: 50, page_token: pages?.at(-1) },
      }),
    placeholderData: keepPreviousData,
  });

/** A promotion, and whether the account may change it. */
export const promotionQuery = (promotionId: string) =>
  queryOptions({
    queryKey: keys.promotion(promotionId),
    queryFn: () => call("GET", "/api/admin/promotions/{promotion_id}", { path: { promotion_id: promotionId } }),
  });

/** The rule of a promotion as it was, the newest version first. */
export const versionsQuery = (promotionId: string) =>
  queryOptions({
    queryKey: keys.promotionVersions(promotionId),
    queryFn: async () => (await call("GET", "/api/admin/promotions/{promotion_id}/versions", { path: { promotion_id: promotionId } })).versions,
  });

/** What enabling a rule would mean in a branch. */
export const checkQuery = (branchId: string, promotionId: string, rule: Rule) =>
  queryOptions({
    queryKey: keys.promotionCheck(promotionId, branchId, JSON.stringify(rule)),
    queryFn: () => call("POST", "/api/admin/promotions/check", { body: { branch_id: branchId, rule, promotion_id: promotionId } }),
    retry: false,
  });

/** A replay; asked again until it has ended. */
export const replayQuery = (replayId: string) =>
  queryOptions({
    queryKey: keys.replay(replayId),
    queryFn: async () => (await call("GET", "/api/admin/promotions/replays/{replay_id}", { path: { replay_id: replayId } })).replay,
    enabled: replayId !== "",
    refetchInterval: ({ state }) => (state.data && state.data.state !== "running" ? false : POLL_MS),
  });

/** What a promotion did between two business days. */
export const resultQuery = (promotionId: string, from: string, to: string) =>
  queryOptions({
    queryKey: keys.promotionResult(promotionId, from, to),
    queryFn: async () => (await call("GET", "/api/admin/promotions/{promotion_id}/result", { path: { promotion_id: promotionId }, query: { from, to } })).days,
  });

/** What a brand allows in one order. */
export const settingsQuery = (brandId: string) =>
  queryOptions({
    queryKey: keys.benefitSettings(brandId),
    queryFn: () => call("GET", "/api/admin/brands/{brand_id}/benefit-settings", { path: { brand_id: brandId } }),
  });

/** Saves a promotion, a new one without its id and version. */
export async function savePromotion(stored: { promotion_id: string; version: number } | undefined, promotion: PromotionDraft, key: string) {
  if (!stored) return (await call("POST", "/api/admin/promotions", { body: { promotion }, key })).promotion;
  const { promotion_id, version } = stored;
  return (await call("PUT", "/api/admin/promotions/{promotion_id}", { path: { promotion_id }, body: { version, promotion } })).promotion;
}

/** Enables, pauses, resumes or ends a promotion. */
export function changeState(promotionId: string, version: number, step: PromotionStep) {
  return call("POST", "/api/admin/promotions/{promotion_id}/state", { path: { promotion_id: promotionId }, body: { version, step } });
}

/** Deletes a draft. */
export function deletePromotion(promotionId: string) {
  return call("DELETE", "/api/admin/promotions/{promotion_id}", { path: { promotion_id: promotionId } });
}

/** Starts to price the orders of the last days with a rule. */
export async function startReplay(brandId: string, promotionId: string, rule: Rule, days: number, key: string) {
  return (await call("POST", "/api/admin/promotions/replays", { body: { brand_id: brandId, promotion_id: promotionId, rule, days }, key })).replay;
}

/** Changes what a brand allows in one order. */
export function saveSettings(brandId: string, version: number, settings: BenefitSettings) {
  return call("PUT", "/api/admin/brands/{brand_id}/benefit-settings", { path: { brand_id: brandId }, body: { version, settings } });
}
