//! Wrong passwords, counted in Redis (docs/rules.md, Sign-in).

use chassis::{error::Problem, network::network_of};
use proto::staff::v1::StaffReason;
use redis::aio::ConnectionManager;
use sha2::{Digest as _, Sha256};

/// Seconds a failure is remembered, and a lock lasts.
const WINDOW_SECS: i64 = 15 * 60;
const PER_ACCOUNT: i64 = 5;
const PER_ADDRESS: i64 = 20;

/// An attempt to give an account's password: the account that was named and the address it came from.
#[derive(Clone, Debug)]
pub struct Attempt {
    account_key: String,
    address_key: String,
}

impl Attempt {
    /// An attempt at signing in or at changing the password; both are counted together. Addresses
    /// are kept as hashes only.
    pub fn new(organisation_code: &str, account: &str, remote_address: &str) -> Self {
        let key = |kind: &str, of: &str| {
            let hash = Sha256::digest(of);
            let hex: String = hash[..12]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            format!("staff:failures:{kind}:{hex}")
        };
        Self {
            account_key: key("account", &format!("{organisation_code}\n{account}")),
            address_key: key("address", &counted_address(remote_address)),
        }
    }

    /// What stands for the account, without naming it.
    pub fn account_key(&self) -> &str {
        &self.account_key
    }

    /// Refuses with `LOGIN_LOCKED` when there were too many failures.
    pub async fn check(&self, redis: &mut ConnectionManager) -> Result<(), Problem> {
        let (account, address): (Option<i64>, Option<i64>) = redis::cmd("MGET")
            .arg(&self.account_key)
            .arg(&self.address_key)
            .query_async(redis)
            .await
            .map_err(Problem::unavailable)?;
        if account.unwrap_or(0) < PER_ACCOUNT && address.unwrap_or(0) < PER_ADDRESS {
            return Ok(());
        }
        Err(Problem::new(StaffReason::LoginLocked)
            .message("too many wrong passwords")
            .param("minutes", WINDOW_SECS / 60))
    }

    /// Counts a failure.
    pub async fn failed(&self, redis: &mut ConnectionManager) -> Result<(), Problem> {
        redis::pipe()
            .atomic()
            .incr(&self.account_key, 1)
            .ignore()
            .expire(&self.account_key, WINDOW_SECS)
            .ignore()
            .incr(&self.address_key, 1)
            .ignore()
            .expire(&self.address_key, WINDOW_SECS)
            .ignore()
            .query_async::<()>(redis)
            .await
            .map_err(Problem::unavailable)
    }

    /// Forgets the account's failures after its password was given.
    pub async fn succeeded(&self, redis: &mut ConnectionManager) -> Result<(), Problem> {
        redis::cmd("DEL")
            .arg(&self.account_key)
            .query_async::<()>(redis)
            .await
            .map_err(Problem::unavailable)
    }
}

/// One network counts as one; what is no address counts as it is.
fn counted_address(raw: &str) -> String {
    raw.parse().map_or_else(
        |_| raw.to_owned(),
        |address| network_of(address).to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_ipv6_network_fail_together() {
        let key = |address| Attempt::new("tea", "owner", address).address_key;
        assert_eq!(key("2001:db8:1:2::7"), key("2001:db8:1:2:ffff::9"));
        assert_eq!(key("::ffff:203.0.113.7"), key("203.0.113.7"));
        assert_ne!(key("2001:db8:1:3::7"), key("2001:db8:1:2::7"));
        assert_ne!(key("203.0.113.8"), key("203.0.113.7"));
        assert_ne!(key("unknown"), key(""));
    }
}
