import type { components } from "@yizhimai/api";

/** Names of what travels of promotions, codes, coupons and the benefits of orders, as the gateway's OpenAPI document says it. */
type S = components["schemas"];

export type BenefitRule = S["BenefitRule"];
export type BenefitClass = S["BenefitClass"];
export type BenefitEffect = S["BenefitEffect"];
export type PriceCut = S["PriceCut"];
export type ProductTarget = S["ProductTarget"];
export type RuleConditions = S["RuleConditions"];
export type RuleAudience = S["RuleAudience"];
export type RuleLimits = S["RuleLimits"];
export type CostShare = S["CostShare"];
export type BenefitUsage = S["BenefitUsage"];
export type Promotion = S["Promotion"];
export type PromotionState = S["PromotionState"];
export type PromotionStep = S["PromotionStep"];
export type PromotionDraft = S["PromotionDraftInput"];
export type PromotionDay = S["PromotionDay"];
export type RuleCheck = S["CheckPromotionResponse"];
export type SampleCart = S["SampleCart"];
export type SampleLine = S["SampleLine"];
export type SamplePrice = S["SamplePrice"];
export type Replay = S["Replay"];
export type ReplayResult = S["ReplayResult"];
export type BenefitSettings = S["BenefitSettings"];
export type PromoCode = S["PromoCode"];
export type PromoCodeState = S["PromoCodeState"];
export type NewPromoCode = S["CreatePromoCodeRequest"];
export type PromoCodeCopy = S["CopyPromoCodeRequest"];
export type PromoCodeUse = S["PromoCodeUse"];
export type CouponTemplate = S["CouponTemplate"];
export type CouponTemplateState = S["CouponTemplateState"];
export type CouponValidity = S["CouponValidity"];
export type Coupon = S["Coupon"];
/** When and to whom coupons are given by themselves. */
export type GivingDraft = S["GivingDraft"];
export type GivingRule = S["GivingRule"];
export type GivingOccasion = S["GivingOccasion"];
export type GivingState = S["GivingState"];
export type CouponState = S["CouponState"];
export type Redemption = S["RedeemCouponRequest"];
export type OrderBenefits = S["Benefits"];
