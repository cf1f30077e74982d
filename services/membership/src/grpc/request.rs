//! What all gRPC services do with their requests.

use chassis::{
    error::{CommonReason, Violations},
    text,
};

/// Why somebody does what is recorded: 1–200 characters, else `REASON_REQUIRED` or `TEXT_TOO_LONG`.
pub fn reason(raw: &str, violations: &mut Violations) -> String {
    let reason = text::bounded("reason", raw, 0..=200, violations);
    if reason.is_empty() {
        violations.push("reason", CommonReason::ReasonRequired);
    }
    reason
}
