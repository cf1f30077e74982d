//! Accounts at providers, and which of them takes a payment.

use std::collections::BTreeMap;

use chassis::{
    id::{BranchId, BrandId, GatewayAccountId},
    secret::Secret,
};
use chrono::{DateTime, TimeDelta, Utc};
use payment_adapters::{Credentials, Environment, Field, InvalidCredential, Provider};
use serde::{Deserialize, Serialize};

/// How long replaced credentials still verify callbacks.
pub const OVERLAP: TimeDelta = TimeDelta::days(7);

/// An account at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Id.
    pub id: GatewayAccountId,
    /// Brand.
    pub brand: BrandId,
    /// Branch; `None` for the whole brand.
    pub branch: Option<BranchId>,
    /// Provider.
    pub provider: Provider,
    /// Name that staff gave it.
    pub name: String,
    /// 測試 or 正式.
    pub environment: Environment,
    /// Money is captured at once.
    pub capture_at_once: bool,
    /// When it begins to take payments.
    pub effective_at: DateTime<Utc>,
    /// No longer used for new payments.
    pub archived: bool,
    /// The branch's code at the provider.
    pub store_code: String,
    /// Days until the provider pays out.
    pub settlement_days: i16,
    /// The credentials in use.
    pub credentials_number: i32,
    /// When a verification last passed.
    pub verified_at: Option<DateTime<Utc>>,
    /// Version.
    pub version: i64,
}

/// The account that takes a payment at `branch`: of those in force, the branch's own one first, then the
/// one that took effect last. Test orders are paid by test accounts, others by live ones, and by test
/// accounts only where those are offered.
#[must_use]
pub fn choose(
    accounts: &[Account],
    provider: Provider,
    branch: BranchId,
    test_order: bool,
    offer_test: bool,
    now: DateTime<Utc>,
) -> Option<&Account> {
    let takes = |account: &&Account| {
        let environment = match account.environment {
            Environment::Test => test_order || offer_test,
            Environment::Live => !test_order,
        };
        environment
            && !account.archived
            && account.provider == provider
            && account.effective_at <= now
            && account.branch.is_none_or(|own| own == branch)
    };
    let rank = |account: &&Account| (account.branch.is_some(), account.effective_at, account.id);
    accounts.iter().filter(takes).max_by_key(rank)
}

/// What may be shown of a stored credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// The provider's name of the field.
    pub name: String,
    /// The whole value of a public field, the last four characters of a secret one.
    pub shown: String,
    /// It is never shown whole.
    pub secret: bool,
}

/// A set of credentials as it is stored.
#[derive(Clone, Debug)]
pub struct StoredCredentials {
    /// Counts the account's sets, from 1.
    pub number: i32,
    /// What they are for.
    pub environment: Environment,
    /// Sealed by the organisation's data key.
    pub sealed: Vec<u8>,
    /// What may be shown.
    pub hints: Vec<Hint>,
    /// When they were entered.
    pub created_at: DateTime<Utc>,
    /// When others took their place.
    pub replaced_at: Option<DateTime<Utc>>,
}

/// The credentials that verify a callback at `now`: the present ones first, then those replaced lately.
#[must_use]
pub fn verifying(sets: &[StoredCredentials], now: DateTime<Utc>) -> Vec<&StoredCredentials> {
    let mut found: Vec<_> = sets
        .iter()
        .filter(|set| set.replaced_at.is_none_or(|at| now - at <= OVERLAP))
        .collect();
    found.sort_by_key(|set| std::cmp::Reverse(set.number));
    found
}

/// What may be shown of credentials.
#[must_use]
pub fn hints(fields: &'static [Field], credentials: &Credentials) -> Vec<Hint> {
    let shown = |field: &Field| {
        let value = credentials.get(field.name);
        if field.secret {
            Secret::from(value).last_four()
        } else {
            value.to_owned()
        }
    };
    let hints = fields.iter().map(|field| Hint {
        name: field.name.to_owned(),
        shown: shown(field),
        secret: field.secret,
    });
    hints.collect()
}

/// Whether the provider knows the account by `named`: one of the fields that are no secret.
#[must_use]
pub fn is_merchant(fields: &'static [Field], credentials: &Credentials, named: &str) -> bool {
    let mut public = fields.iter().filter(|field| !field.secret);
    !named.is_empty() && public.any(|field| credentials.get(field.name) == named)
}

/// Credentials as JSON, to be sealed.
#[must_use]
pub fn to_json(credentials: &Credentials) -> Secret {
    let json = serde_json::to_string(&credentials.reveal());
    Secret::new(json.expect("credentials are plain text"))
}

/// Credentials out of JSON that was sealed.
pub fn from_json(
    fields: &'static [Field],
    json: &Secret,
) -> Result<Credentials, Vec<InvalidCredential>> {
    let values: BTreeMap<String, String> = serde_json::from_str(json.reveal()).unwrap_or_default();
    Credentials::parse(fields, values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{BRANCH, account, now};

    #[test]
    fn the_branchs_own_account_outranks_the_brands_and_the_later_one_the_earlier() {
        let brand = account(1);
        let later = Account {
            effective_at: now() - TimeDelta::days(1),
            ..account(2)
        };
        let future = Account {
            effective_at: now() + TimeDelta::days(1),
            ..account(3)
        };
        let own = Account {
            branch: Some(BRANCH),
            ..account(4)
        };
        let archived = Account {
            archived: true,
            branch: Some(BRANCH),
            ..account(5)
        };
        let chosen = |accounts: &[Account]| {
            choose(accounts, Provider::Ecpay, BRANCH, false, false, now()).map(|found| found.id)
        };
        let some = [
            brand.clone(),
            later.clone(),
            future.clone(),
            archived.clone(),
        ];
        assert_eq!(chosen(&some), Some(later.id));
        assert_eq!(
            chosen(&[brand, later, future, archived, own.clone()]),
            Some(own.id)
        );
    }

    #[test]
    fn test_accounts_take_test_orders_and_others_only_where_they_are_offered() {
        let live = account(1);
        let test = Account {
            environment: Environment::Test,
            ..account(2)
        };
        let chosen = |accounts: &[Account], test_order, offered| {
            let found = choose(
                accounts,
                Provider::Ecpay,
                BRANCH,
                test_order,
                offered,
                now(),
            );
            found.map(|found| found.id)
        };
        let both = [live.clone(), test.clone()];
        assert_eq!(chosen(&both, true, false), Some(test.id));
        assert_eq!(chosen(&both, false, false), Some(live.id));
        assert_eq!(chosen(&[live], true, true), None);
        assert_eq!(chosen(std::slice::from_ref(&test), false, false), None);
        assert_eq!(
            chosen(std::slice::from_ref(&test), false, true),
            Some(test.id)
        );
    }

    #[test]
    fn replaced_credentials_verify_for_seven_days() {
        let set = |number, replaced_at| StoredCredentials {
            number,
            environment: Environment::Live,
            sealed: Vec::new(),
            hints: Vec::new(),
            created_at: now(),
            replaced_at,
        };
        let sets = [
            set(1, Some(now() - TimeDelta::days(8))),
            set(2, Some(now() - TimeDelta::days(7))),
            set(3, None),
        ];
        let numbers: Vec<_> = verifying(&sets, now())
            .iter()
            .map(|set| set.number)
            .collect();
        assert_eq!(numbers, [3, 2]);
    }
}
