//! proto ↔ domain; no rules, no SQL.

mod convert;
mod gateway_account_service;
mod ledger_service;
mod payment_service;
mod request;
mod settlement_service;

pub use gateway_account_service::GatewayAccountService;
pub use ledger_service::LedgerService;
pub use payment_service::PaymentService;
pub use settlement_service::SettlementService;
