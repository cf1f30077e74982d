//! A staff account and what it may be called.

use chassis::{
    authn::Scope,
    error::Violations,
    id::{AccountId, OrganisationId},
};

use super::role::Role;

/// A staff account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Organisation.
    pub org: OrganisationId,
    /// Id.
    pub id: AccountId,
    /// Account name.
    pub account: String,
    /// Display name.
    pub name: String,
    /// Role, which gives it its permissions.
    pub role: Role,
    /// Argon2id hash of its password.
    pub password_hash: String,
    /// Where it may work.
    pub scope: Scope,
    /// Whether it may sign in.
    pub enabled: bool,
    /// Version.
    pub version: i64,
}

/// Parses an account name: 4–32 of `a-z0-9._-`, lower-cased.
pub fn account_name(field: &str, raw: &str, violations: &mut Violations) -> String {
    let account = raw.trim().to_lowercase();
    let fits = (4..=32).contains(&account.len())
        && account
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
    if !fits {
        violations.push_with(
            field,
            "VALIDATION_FAILED",
            [("allowed", "4-32 of a-z 0-9 . _ -")],
        );
    }
    account
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_name_is_lower_cased_and_limited() {
        for (raw, fits) in [
            ("Amy.Chen", true),
            ("abc", false),
            ("a b c d", false),
            ("店長店長", false),
            (&"a".repeat(32), true),
            (&"a".repeat(33), false),
        ] {
            let mut violations = Violations::new();
            let account = account_name("account", raw, &mut violations);
            assert_eq!(violations.is_empty(), fits, "{raw}");
            assert_eq!(account, raw.to_lowercase());
        }
    }
}
