import type { BodyOf, components, Operation } from "@yizhimai/api";
import { callMembers } from "./members";

type S = components["schemas"];

export type PointsLot = S["PointsLot"];
export type PointsAccount = S["PointsAccount"];
export type PointEntry = S["PointEntry"];
export type Coupon = S["Coupon"];
export type OfferedCoupon = S["OfferedCoupon"];
export type TierGift = S["TierGift"];
export type TierProgress = S["TierProgress"];
export type MemberTier = S["MemberTier"];
export type MemberOrder = S["MemberOrder"];
export type Address = S["MemberAddress"];
export type AddressInput = S["AddressInputInput"];
export type ConsentChange = S["ConsentChoice"];

type AccountChange = BodyOf<Operation<"PUT", "/api/members/{brand_id}/me">>;

/** The member's own endpoints of a brand. */
export function membership(brand: string) {
  const page = (page_token: string | undefined) => ({ query: page_token ? { page_token } : {} });
  return {
    points: () => callMembers(brand, "GET", "points"),
    entries: (token?: string) => callMembers(brand, "GET", "points/entries", page(token)),
    coupons: (past: boolean) => callMembers(brand, "GET", "coupons", { query: past ? { past } : {} }),
    offerCoupon: (coupon_id: string) => callMembers(brand, "POST", "coupons/{coupon_id}/offer", { path: { coupon_id }, body: {} }),
    withdrawOffer: (coupon_id: string) => callMembers(brand, "DELETE", "coupons/{coupon_id}/offer", { path: { coupon_id } }),
    couponOffer: (token: string) => callMembers(brand, "GET", "coupon-offers/{token}", { path: { token } }),
    claimCoupon: (token: string) => callMembers(brand, "POST", "coupon-offers/{token}/claim", { path: { token }, body: {} }),
    tier: () => callMembers(brand, "GET", "tier"),
    orders: (token?: string) => callMembers(brand, "GET", "me/orders", page(token)),
    card: () => callMembers(brand, "GET", "me/card"),
    addresses: () => callMembers(brand, "GET", "me/addresses"),
    createAddress: (key: string, address: AddressInput) => callMembers(brand, "POST", "me/addresses", { key, body: { address } }),
    updateAddress: (address_id: string, address: AddressInput) => callMembers(brand, "PUT", "me/addresses/{address_id}", { path: { address_id }, body: { address } }),
    deleteAddress: (address_id: string) => callMembers(brand, "DELETE", "me/addresses/{address_id}", { path: { address_id } }),
    update: (change: AccountChange) => callMembers(brand, "PUT", "me", { body: change }),
    changePhone: (version: number, phone: string, code: string) => callMembers(brand, "POST", "me/phone", { body: { version, phone, code } }),
    setConsents: (consents: ConsentChange[]) => callMembers(brand, "PUT", "me/consents", { body: { consents } }),
    sessions: () => callMembers(brand, "GET", "me/sessions"),
    endSession: (session_id: string) => callMembers(brand, "DELETE", "me/sessions/{session_id}", { path: { session_id } }),
    copy: () => callMembers(brand, "GET", "me/copy"),
    erase: (code: string) => callMembers(brand, "POST", "me/erase", { body: { code } }),
    unlinkLine: () => callMembers(brand, "DELETE", "me/line"),
    signOut: () => callMembers(brand, "POST", "sign-out"),
  };
}

export type Membership = ReturnType<typeof membership>;
