import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import type { CouponState, CouponTemplate } from "../../data/benefit-types";
import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { TemplateSearch } from "./search";
import type { TemplateDraft } from "./template";

const PAGE = 50;
const FOUND_MEMBERS = 20;

/** A page of a brand's templates as filtered. */
export const templatesQuery = (brandId: string, { pages, ...filters }: TemplateSearch) =>
  queryOptions({
    queryKey: [...keys.couponTemplates(brandId), filters, pages],
    queryFn: () => call("GET", "/api/admin/coupon-templates", { query: { brand_id: brandId, ...filters, page_size: PAGE, page_token: pages?.at(-1) } }),
    placeholderData: keepPreviousData,
  });

/** A template, and whether the account may change it. */
export const templateQuery = (templateId: string) =>
  queryOptions({
    queryKey: keys.couponTemplate(templateId),
    queryFn: () => call("GET", "/api/admin/coupon-templates/{template_id}", { path: { template_id: templateId } }),
  });

/** A page of the coupons of a template, the last issued first. */
export const couponsQuery = (templateId: string, state: CouponState | undefined, pages: readonly string[]) =>
  queryOptions({
    queryKey: [...keys.templateCoupons(templateId), state, pages],
    queryFn: () => call("GET", "/api/admin/coupons", { query: { template_id: templateId, state, page_size: PAGE, page_token: pages.at(-1) } }),
    placeholderData: keepPreviousData,
  });

/** A coupon with what happened to it. */
export const couponQuery = (couponId: string) =>
  queryOptions({
    queryKey: keys.coupon(couponId),
    queryFn: () => call("GET", "/api/admin/coupons/{coupon_id}", { path: { coupon_id: couponId } }),
  });

/** Members by name or phone, to give them a coupon. */
export const membersQuery = (text: string) =>
  queryOptions({
    queryKey: keys.membersToIssue(text),
    queryFn: () => call("POST", "/api/admin/members/find", { body: { filter: { text, states: ["active", "prepays"] }, page_size: FOUND_MEMBERS } }),
    enabled: text.trim().length > 0,
    placeholderData: keepPreviousData,
  });

/** Saves a template, a new one without its id and version. */
export async function saveTemplate(stored: CouponTemplate | undefined, template: TemplateDraft, key: string): Promise<CouponTemplate> {
  if (!stored) return (await call("POST", "/api/admin/coupon-templates", { body: { template }, key })).template;
  const { template_id, version } = stored;
  return (await call("PUT", "/api/admin/coupon-templates/{template_id}", { path: { template_id }, body: { version, template } })).template;
}

/** Activates, stops or ends a template. */
export async function changeTemplateState({ template_id, version }: CouponTemplate, state: "active" | "stopped" | "ended"): Promise<CouponTemplate> {
  return (await call("POST", "/api/admin/coupon-templates/{template_id}/state", { path: { template_id }, body: { version, state } })).template;
}

/** Gives each of the members a coupon; those who cannot get one are named. */
export function issueCoupons(templateId: string, member_ids: string[], reason: string, key: string) {
  return call("POST", "/api/admin/coupon-templates/{template_id}/coupons", { path: { template_id: templateId }, body: { member_ids, reason }, key });
}

/** Voids coupons, all or none of them. */
export function voidCoupons(coupon_ids: string[], reason: string) {
  return call("POST", "/api/admin/coupons/void", { body: { coupon_ids, reason } });
}

/** Extends coupons, or all unused ones of a template. */
export function extendCoupons(which: { coupon_ids: string[] } | { template_id: string }, valid_until: string) {
  return call("POST", "/api/admin/coupons/extend", { body: { ...which, valid_until } });
}

/** Passes a coupon on to another member. */
export function transferCoupon(couponId: string, to_member_id: string) {
  return call("POST", "/api/admin/coupons/{coupon_id}/transfer", { path: { coupon_id: couponId }, body: { to_member_id } });
}
