import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

import type { CostShare, PromoCode } from "../../data/benefit-types";
import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { Rule } from "../rules/rule";
import { codesInput, type CodesDraft } from "./code";
import type { PromoCodeSearch } from "./search";

/** What is saved of a code, the codes themselves aside. */
export interface PromoCodeInput {
  internal_name: string;
  note: string;
  rule: Rule;
  cost_shares: CostShare[];
}

/** A page of a brand's codes as filtered. */
export const promoCodesQuery = (brandId: string, { pages, ...filters }: PromoCodeSearch) =>
  queryOptions({
    queryKey: [...keys.promoCodes(brandId), filters, pages],
    queryFn: () => call("GET", "/api/admin/promo-codes", { query: { brand_id: brandId, ...filters, page_size: 50, page_token: pages?.at(-1) } }),
    placeholderData: keepPreviousData,
  });

/** A code or batch, and whether the account may change it. */
export const promoCodeQuery = (promoCodeId: string) =>
  queryOptions({
    queryKey: keys.promoCode(promoCodeId),
    queryFn: () => call("GET", "/api/admin/promo-codes/{promo_code_id}", { path: { promo_code_id: promoCodeId } }),
  });

/** The orders that use a code, the last first. */
export const usesQuery = (promoCodeId: string) =>
  infiniteQueryOptions({
    queryKey: keys.promoCodeUses(promoCodeId),
    queryFn: ({ pageParam }) =>
      call("GET", "/api/admin/promo-codes/{promo_code_id}/uses", { path: { promo_code_id: promoCodeId }, query: { page_size: 50, page_token: pageParam || undefined } }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_page_token || undefined,
  });

/** Creates a code or a batch. */
export async function createPromoCode(promo_code: PromoCodeInput, codes: CodesDraft, disabled: boolean, key: string): Promise<PromoCode> {
  return (await call("POST", "/api/admin/promo-codes", { body: { promo_code, ...codesInput(codes), disabled }, key })).promo_code;
}

/** Changes name, note and offer of a code. */
export async function updatePromoCode({ promo_code_id, version }: PromoCode, promo_code: PromoCodeInput): Promise<PromoCode> {
  return (await call("PUT", "/api/admin/promo-codes/{promo_code_id}", { path: { promo_code_id }, body: { version, promo_code } })).promo_code;
}

/** Switches codes on or off, all or none of them. */
export function switchPromoCodes(promo_code_ids: string[], enabled: boolean) {
  return call("POST", "/api/admin/promo-codes/switch", { body: { promo_code_ids, enabled } });
}

/** Makes a code or batch with the offer of another one. */
export async function copyPromoCode(promoCodeId: string, codes: CodesDraft, key: string): Promise<PromoCode> {
  return (await call("POST", "/api/admin/promo-codes/{promo_code_id}/copy", { path: { promo_code_id: promoCodeId }, body: codesInput(codes), key })).promo_code;
}

/** Saves the codes of a batch with their uses as a file. */
export async function downloadPromoCodes(promoCodeId: string): Promise<void> {
  const { csv, file_name } = await call("GET", "/api/admin/promo-codes/{promo_code_id}/csv", { path: { promo_code_id: promoCodeId } });
  const address = URL.createObjectURL(new Blob(["\uFEFF", csv], { type: "text/csv;charset=utf-8" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: file_name });
  link.click();
  URL.revokeObjectURL(address);
}
