//! A staff account and what it may be called.

use chassis::{
    authn::Scope,
    error::{CommonReason, Violations},
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
    /// Generation of its sessions; those of an earlier one are over.
    pub session_generation: i64,
    /// Where it may work.
    pub scope: Scope,
    /// Whether it may sign in.
    pub enabled: bool,
    /// Version.
    pub version: i64,
}

/// Whether a scope lies within the reach of somebody else: their scope with the branches of its
/// brands. A scope with nothing in it belongs to the organisation alone.
pub fn is_within(scope: &Scope, reach: &Scope) -> bool {
    reach.organisation
        || (!scope.is_empty()
            && !scope.organisation
            && scope.brands.is_subset(&reach.brands)
            && scope.branches.is_subset(&reach.branches))
}

/// Whether it has the form of an account name: 4–32 of `a-z0-9._-`.
pub fn is_account_name(text: &str) -> bool {
    (4..=32).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
}

/// Parses an account name, lower-cased.
pub fn account_name(field: &str, raw: &str, violations: &mut Violations) -> String {
    let account = raw.trim().to_lowercase();
    if !is_account_name(&account) {
        violations.push_with(
            field,
            CommonReason::ValidationFailed,
            [("allowed", "4-32 of a-z 0-9 . _ -")],
        );
    }
    account
}

#[cfg(test)]
mod tests {
    use chassis::{
        clock::SystemClock,
        id::{BranchId, BrandId},
    };

    use super::*;

    #[test]
    fn a_scope_is_within_another_when_nothing_of_it_lies_outside() {
        let (brand, other) = (BrandId::new(&SystemClock), BrandId::new(&SystemClock));
        let (here, there) = (BranchId::new(&SystemClock), BranchId::new(&SystemClock));
        let scope = |brands: &[BrandId], branches: &[BranchId]| Scope {
            organisation: false,
            brands: brands.iter().copied().collect(),
            branches: branches.iter().copied().collect(),
        };
        let everything = Scope::whole_organisation();
        let reach = scope(&[brand], &[here]);
        for (inner, within) in [
            (scope(&[brand], &[]), true),
            (scope(&[], &[here]), true),
            (scope(&[brand], &[here]), true),
            (scope(&[other], &[here]), false),
            (scope(&[], &[here, there]), false),
            (scope(&[], &[]), false),
            (everything.clone(), false),
        ] {
            assert_eq!(is_within(&inner, &reach), within, "{inner:?}");
            assert!(is_within(&inner, &everything), "{inner:?}");
        }
    }

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
