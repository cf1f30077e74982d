//! Error codes (Stripe, "Error codes") that mean more than their HTTP status.

use crate::codes::Class;

/// Codes of refused requests.
const CODES: &[(&str, Class)] = &[
    ("payment_intent_unexpected_state", Class::WrongState),
    ("payment_intent_authentication_failure", Class::Declined),
    ("payment_intent_payment_attempt_failed", Class::Declined),
    ("payment_intent_payment_attempt_expired", Class::Declined),
    ("charge_already_captured", Class::WrongState),
    ("charge_expired_for_capture", Class::WrongState),
    ("resource_missing", Class::WrongState),
    ("lock_timeout", Class::Unknown),
    ("charge_already_refunded", Class::RefundRefused),
    ("charge_disputed", Class::RefundRefused),
    ("charge_exceeds_source_limit", Class::Declined),
    ("amount_too_large", Class::Rejected),
    ("amount_too_small", Class::Rejected),
    ("balance_insufficient", Class::BalanceShort),
    ("insufficient_balance", Class::BalanceShort),
    ("api_key_expired", Class::Configuration),
    ("account_invalid", Class::Configuration),
    ("secret_key_required", Class::Configuration),
    ("testmode_charges_only", Class::Configuration),
    ("livemode_mismatch", Class::Configuration),
    ("payment_intent_invalid_parameter", Class::Rejected),
];

/// What an error means, by its status, its type and its code.
pub(super) fn class(status: u16, kind: &str, code: &str) -> Class {
    if let Some((_, class)) = CODES.iter().find(|(found, _)| *found == code) {
        return *class;
    }
    match (status, kind) {
        (_, "card_error") | (402, _) => Class::Declined,
        (401 | 403, _) => Class::Configuration,
        (404, _) => Class::WrongState,
        // A call with the same key is still running.
        (409, _) => Class::Unknown,
        (400, "invalid_request_error" | "idempotency_error") => Class::Rejected,
        _ => Class::Unknown,
    }
}
