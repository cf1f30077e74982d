//! Passwords: what is accepted, how they are kept.
//!
//! Argon2id with the library's recommended cost (19 MiB, 2 passes). "Among the commonest" is judged
//! by zxcvbn's number of guesses, which knows the leaked lists and their variations.

use std::sync::LazyLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chassis::error::Violations;
use proto::staff::v1::StaffReason;
use sha2::{Digest as _, Sha256};

/// Fewest and most characters.
const LENGTH: std::ops::RangeInclusive<usize> = 10..=128;
/// Fewer guesses than this is as good as being on a list of the 100,000 commonest.
const FEWEST_GUESSES: u64 = 100_000;

/// Verified against when there is no such account, so that both answers take as long.
static DUMMY: LazyLock<String> =
    LazyLock::new(|| hash("no account has this password").unwrap_or_default());

/// Refuses a weak password with `PASSWORD_WEAK` at its field.
pub fn check(field: &str, password: &str, account: &str, violations: &mut Violations) {
    let length = password.chars().count();
    let why = if password.contains('\0') {
        "nul"
    } else if !LENGTH.contains(&length) {
        "length"
    } else if !account.is_empty() && password.to_lowercase().contains(account) {
        "contains_account"
    } else if zxcvbn::zxcvbn(password, &[account]).guesses() < FEWEST_GUESSES {
        "common"
    } else {
        return;
    };
    violations.push_with(
        field,
        StaffReason::PasswordWeak,
        [
            ("why", why.to_owned()),
            ("min", LENGTH.start().to_string()),
            ("max", LENGTH.end().to_string()),
        ],
    );
}

/// Hashes a password; takes tens of milliseconds, so never on an async thread.
pub fn hash(password: &str) -> Result<String, argon2::password_hash::Error> {
    Ok(Argon2::default()
        .hash_password(password.as_bytes())?
        .to_string())
}

/// A slow digest that is the same for the same password and salt, to compare requests by.
pub fn fingerprint(password: &str, salt: &str) -> Result<String, argon2::Error> {
    let mut digest = [0; 32];
    let salt = Sha256::digest(salt);
    Argon2::default().hash_password_into(password.as_bytes(), &salt, &mut digest)?;
    Ok(BASE64_STANDARD.encode(digest))
}

/// Verifies a password; without an account's hash it takes as long and returns false.
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    let stored = hash.unwrap_or(&DUMMY);
    let verified = PasswordHash::new(stored).is_ok_and(|parsed| {
        Argon2::default()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok()
    });
    verified && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused_and_say_why() {
        for (password, why) in [
            ("short", Some("length")),
            ("password123", Some("common")),
            ("1234567890", Some("common")),
            ("x-amy.chen-77-tea", Some("contains_account")),
            ("紅玉紅茶三分糖去冰", Some("length")),
            ("紅玉紅茶三分糖去冰加珍珠", None),
            ("correct horse battery staple", None),
        ] {
            let mut violations = Violations::new();
            check("password", password, "amy.chen", &mut violations);
            let problem = violations.into_result().err();
            let found = problem.as_ref().and_then(|p| p.fields[0].params.get("why"));
            assert_eq!(found.map(String::as_str), why, "{password}");
        }
    }

    #[test]
    fn a_fingerprint_differs_by_password_and_by_salt() {
        let fingerprint = |password, salt| fingerprint(password, salt).unwrap();
        let first = fingerprint("a long enough secret", "tea key");
        assert_eq!(fingerprint("a long enough secret", "tea key"), first);
        assert_ne!(fingerprint("another secret", "tea key"), first);
        assert_ne!(fingerprint("a long enough secret", "another key"), first);
    }

    #[test]
    fn only_the_right_password_verifies() {
        let stored = hash("a long enough secret").unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify("a long enough secret", Some(&stored)));
        assert!(!verify("another secret", Some(&stored)));
        assert!(!verify("no account has this password", None));
    }
}
