//! proto ↔ domain; no rules, no SQL.

mod member_account_service;
mod member_convert;
mod member_service;
mod points_convert;
mod points_service;
mod request;
mod rpcs;
mod tag_service;
mod tier_service;

pub use member_account_service::MemberAccountService;
pub use member_service::MemberService;
pub use points_service::PointsService;
pub use tag_service::TagService;
pub use tier_service::TierService;
