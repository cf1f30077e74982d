import type { CartBody, CartBodyLine, OrderBody, PricedLine, Quote } from "@yizhimai/api";

/** Codes, coupons and points of a cart, and what the customer decided about them. */
export interface Entered {
  codes: string[];
  /** Ids of the member's coupons. */
  coupons: string[];
  points: number;
  /** Those of the codes and coupons that are used although the order costs more with them. */
  insisted: string[];
  insists_on_points: boolean;
  /** Rules whose gift is not wanted. */
  declined_gifts: string[];
}

/** As it is sent, with the kind of payment that is chosen; empty while none is. */
export type EnteredBody = Entered & { payment_kind: string };
export type EnteredCart = CartBody & { entered?: EnteredBody };
export type EnteredOrder = OrderBody & { entered?: EnteredBody };
/** A line that may have been offered by a rule: 加價購. */
export type OfferedLine = CartBodyLine & { offered_by?: string | null };

/** Data of a sentence. */
export type Params = Record<string, string>;

export interface Explained {
  name: string;
  amount: number;
  kind: string;
  params: Params;
}

/** What a rule takes off the whole order; its amount is below 0. */
export interface DiscountTotal extends Explained {
  stage: string;
  rule_id: string;
}

export interface Gift {
  rule_id: string;
  name: string;
  product_name: string;
  quantity: number;
  state: "given" | "sold_out" | "declined";
}

/** What became of a code, a coupon or the points that were entered. */
export interface EnteredOutcome {
  kind: "code" | "coupon" | "points";
  /** `codes[0]`, `coupons[1]` or `points`. */
  field: string;
  /** The code as typed, or the coupon's id. */
  entered: string;
  used: boolean;
  name: string;
  amount: number;
  reason: string;
  params: Params;
  /** What the order would cost with it; null unless the customer may choose. */
  total_with: number | null;
}

export interface RejectedRule {
  rule_id: string;
  name: string;
  reason: string;
  params: Params;
}

export interface PointsOutcome {
  unit_name: string;
  requested: number;
  used: number;
  amount: number;
  capped: boolean;
  to_earn: number;
  balance: number | null;
  /** What 100 points are worth; 0 where points cannot be used. */
  worth_of_100: number;
  min_points: number;
  step: number;
}

export interface Benefits {
  discounts: DiscountTotal[];
  gifts: Gift[];
  entered: EnteredOutcome[];
  /** Rules that act automatically and do nothing here. */
  not_applied: RejectedRule[];
  points: PointsOutcome | null;
}

/** 加價購: something that may be bought in addition at a price of its own. */
export interface Offer {
  rule_id: string;
  name: string;
  product_id: string;
  variant_id: string;
  price: number;
  list: number;
  most: number;
}

/** A coupon of the member, with what the order would cost with it. */
export interface UsableCoupon {
  coupon_id: string;
  name: string;
  ends_at: string | null;
  total_with: number | null;
  reason: string;
  params: Params;
}

export type BenefitQuote = Quote & { benefits?: Benefits | null; offers?: Offer[]; usable_coupons?: UsableCoupon[] };
export type BenefitLine = PricedLine & { adjustments: Partial<Explained>[]; offered_by?: string; offer_gone?: boolean; gift_of?: string };
