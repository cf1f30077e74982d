//! proto ↔ domain; no rules, no SQL.

mod benefit_service;
mod benefit_wire;
mod coupon_offers;
mod coupon_service;
mod coupon_templates;
mod giving_service;
mod line_channel;
mod member_account_service;
mod member_convert;
mod member_counter;
mod member_duplicates;
mod member_privacy;
mod member_service;
mod points_convert;
mod points_service;
mod promo_code_service;
mod promotion_service;
mod request;
mod rpcs;
mod samples;
mod tag_convert;
mod tag_service;
mod tier_service;

pub use benefit_service::BenefitService;
pub use coupon_service::CouponService;
pub use giving_service::GivingService;
pub use member_account_service::MemberAccountService;
pub use member_service::MemberService;
pub use points_service::PointsService;
pub use promo_code_service::PromoCodeService;
pub use promotion_service::PromotionService;
pub use tag_service::TagService;
pub use tier_service::TierService;
