//! A tenant.

use chassis::{
    authn::Plan,
    error::{CommonReason, Violations},
    id::OrganisationId,
};

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Id.
    pub id: OrganisationId,
    /// Code typed at sign-in.
    pub code: String,
    /// Name.
    pub name: String,
    /// Plan.
    pub plan: Plan,
}

/// Parses an organisation's code: 2–20 of `a-z0-9-`, lower-cased.
pub fn code(field: &str, raw: &str, violations: &mut Violations) -> String {
    let code = raw.trim().to_lowercase();
    let fits = (2..=20).contains(&code.len())
        && code
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !fits {
        violations.push_with(
            field,
            CommonReason::ValidationFailed,
            [("allowed", "2-20 of a-z 0-9 -")],
        );
    }
    code
}
