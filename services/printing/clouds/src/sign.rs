//! The signature that both vendors ask for.

use chrono::{DateTime, Utc};
use sha1::{Digest as _, Sha1};

use crate::Account;

/// SHA-1 in lower hex over user, key and time, one after the other.
pub(crate) fn sign(account: &Account, time: &str) -> String {
    let mut hash = Sha1::new();
    for part in [account.user(), account.key().reveal(), time] {
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize())
}

/// The time that is signed: seconds in ten digits.
pub(crate) fn time(now: DateTime<Utc>) -> String {
    format!("{:010}", now.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first is what the tests of a public client of Feie expect; the others are computed with
    /// Python's `hashlib`.
    const VECTORS: [(&str, &str, i64, &str); 4] = [
        (
            "test",
            "secret",
            1_668_416_270,
            "e8f57f3afdc83c474b85d98d32c4fc377ea963b3",
        ),
        (
            "shop@example.test",
            "a0b1c2d3e4f5",
            1_768_449_990,
            "68d7cbbe73129397bcf879f5a499012b788ee3bc",
        ),
        (
            "dev+1@example.test",
            "00000000000000000000000000000000",
            1_700_000_000,
            "00a1cfcdbeaf51a74d4ef93b2cea526622efec97",
        ),
        ("x", "y", 1, "5dac6968ceb428eeec5ad71913af3610c07be2a7"),
    ];

    #[test]
    fn signatures_are_those_of_others() {
        for (user, key, seconds, expected) in VECTORS {
            let time = time(DateTime::from_timestamp(seconds, 0).unwrap());
            let account = Account::parse(user, key).unwrap();
            assert_eq!(sign(&account, &time), expected, "{user} {time}");
        }
    }
}
