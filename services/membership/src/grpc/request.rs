//! What all gRPC services do with their requests.

use chassis::{
    authn::Identity,
    error::{CommonReason, Problem, Violations},
    id::MemberId,
    text,
};
use proto::membership::v1::MembershipReason;
use uuid::Uuid;

/// Parses an id that has no type of its own.
pub fn uuid(field: &str, raw: &str, violations: &mut Violations) -> Option<Uuid> {
    let parsed = raw.parse().ok();
    if parsed.is_none() {
        violations.push(field, CommonReason::ValidationFailed);
    }
    parsed
}

/// As [`uuid`], for one that may be left out.
pub fn optional_uuid(field: &str, raw: &str, violations: &mut Violations) -> Option<Uuid> {
    if raw.is_empty() {
        None
    } else {
        uuid(field, raw, violations)
    }
}

/// The member who calls; guests are refused.
pub fn signed_in(identity: &Identity) -> Result<MemberId, Problem> {
    identity.member_id().ok_or_else(|| {
        Problem::new(MembershipReason::NeedsLogin).message("only for members who are signed in")
    })
}

/// Why staff does what is recorded: 1–200 characters, else `REASON_REQUIRED` or `TEXT_TOO_LONG`.
pub fn reason(field: &str, raw: &str, violations: &mut Violations) -> String {
    let before = violations.len();
    let reason = text::bounded(field, raw, 0..=200, violations);
    if reason.is_empty() && violations.len() == before {
        violations.push(field, CommonReason::ReasonRequired);
    }
    reason
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_missing_or_too_long_and_never_both() {
        let faults = |raw: &str| -> Vec<String> {
            let mut violations = Violations::new();
            reason("reason", raw, &mut violations);
            let problem = violations.into_result().err();
            let fields = problem.map(|problem| problem.fields).unwrap_or_default();
            fields
                .iter()
                .map(|fault| fault.reason.to_string())
                .collect()
        };
        assert_eq!(faults("客人要求"), [] as [&str; 0]);
        assert_eq!(faults("  "), ["REASON_REQUIRED"]);
        assert_eq!(faults(&"長".repeat(201)), ["TEXT_TOO_LONG"]);
    }
}
