//! proto ↔ domain; no rules, no SQL.

mod benefit_service;
mod benefit_wire;
mod coupon_service;
mod promo_code_service;
mod promotion_service;
mod rpcs;
mod samples;

pub use benefit_service::BenefitService;
pub use coupon_service::CouponService;
pub use promo_code_service::PromoCodeService;
pub use promotion_service::PromotionService;
