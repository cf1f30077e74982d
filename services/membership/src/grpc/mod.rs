//! proto ↔ domain; no rules, no SQL.

mod member_account_service;
mod member_convert;
mod member_service;
mod request;

pub use member_account_service::MemberAccountService;
pub use member_service::MemberService;
