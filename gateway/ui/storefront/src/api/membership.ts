import { callMembers, type ConsentKind, type MyAccount } from "./members";

/** What the member's page shows. */
export interface PointsLot {
  lot_id: string;
  remaining: number;
  expires_at: string | null;
}

export interface PointsAccount {
  unit_name: string;
  balance: number;
  held: number;
  pending: number;
  debt: number;
  worth: number;
  lots: PointsLot[];
}

export type PointEntryKind = "earned" | "pending" | "bonus" | "redeemed" | "expired" | "returned" | "taken_back" | "adjusted" | "merged";

export interface PointEntry {
  entry_id: string;
  at: string;
  kind: PointEntryKind;
  points: number;
  pending: number;
  order_number: string;
}

export interface Coupon {
  coupon_id: string;
  name: string;
  code: string;
  state: "unused" | "held" | "used" | "expired" | "voided" | "transferred";
  uses_left: number;
  uses_allowed: number;
  valid_from: string;
  valid_until: string;
  terms: string;
}

export interface TierProgress {
  spend: number;
  orders: number;
  single_order: number;
  points_earned: number;
}

export interface Tier {
  name: string;
  upgrade: (TierProgress & { all: boolean }) | null;
}

export interface MemberTier {
  tier: Tier;
  valid_until: string | null;
  next_tier: Tier | null;
  progress: TierProgress;
  missing: TierProgress;
}

export interface MemberOrder {
  order_id: string;
  order_number: string;
  branch_id: string;
  state: string;
  total: number;
  placed_at: string;
  products: string[];
}

export interface Address {
  address_id: string;
  label: string;
  postal_code: string;
  city: string;
  district: string;
  street: string;
  note: string;
  preferred: boolean;
}

export type AddressInput = Omit<Address, "address_id">;

export interface MemberSession {
  session_id: string;
  used_at: string;
  user_agent: string;
  current: boolean;
}

interface Page {
  next_page_token: string | null;
}

export interface ConsentChange {
  kind: ConsentKind;
  agreed: boolean;
  text_version: string;
}

const paged = (path: string, token: string | undefined) => (token ? `${path}?page_token=${encodeURIComponent(token)}` : path);
const one = (path: string, id: string) => `${path}/${encodeURIComponent(id)}`;

/** The member's own endpoints of a brand. */
export function membership(brand: string) {
  const get = <T>(path: string) => callMembers<T>(brand, path);
  const put = <T>(path: string, body: unknown) => callMembers<T>(brand, path, { method: "PUT", body });
  const remove = <T>(path: string) => callMembers<T>(brand, path, { method: "DELETE" });
  return {
    points: () => get<{ account: PointsAccount | null }>("points"),
    entries: (token?: string) => get<Page & { entries: PointEntry[] }>(paged("points/entries", token)),
    coupons: (past: boolean) => get<{ coupons: Coupon[] }>(past ? "coupons?past=true" : "coupons"),
    tier: () => get<{ tier: MemberTier | null }>("tier"),
    orders: (token?: string) => get<Page & { orders: MemberOrder[] }>(paged("me/orders", token)),
    card: () => get<{ card: string; expires_at: string }>("me/card"),
    addresses: () => get<{ addresses: Address[] }>("me/addresses"),
    createAddress: (key: string, address: AddressInput) => callMembers<{ address: Address }>(brand, "me/addresses", { method: "POST", key, body: { address } }),
    updateAddress: (id: string, address: AddressInput) => put<{ address: Address }>(one("me/addresses", id), { address }),
    deleteAddress: (id: string) => remove(one("me/addresses", id)),
    update: (change: Partial<Pick<MyAccount, "name" | "email" | "birthday" | "gender">> & { version: number }) => put<{ me: MyAccount }>("me", change),
    setConsents: (consents: ConsentChange[]) => put<{ consents: MyAccount["consents"] }>("me/consents", { consents }),
    sessions: () => get<{ sessions: MemberSession[] }>("me/sessions"),
    endSession: (id: string) => remove(one("me/sessions", id)),
    copy: () => get<{ copy: unknown }>("me/copy"),
    erase: (code: string) => callMembers(brand, "me/erase", { method: "POST", body: { code } }),
    unlinkLine: () => remove("me/line"),
    signOut: () => callMembers(brand, "sign-out", { method: "POST" }),
  };
}

export type Membership = ReturnType<typeof membership>;
