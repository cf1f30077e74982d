//! An account of a developer at a vendor: a user and a key that signs.

use chassis::secret::Secret;

/// Longest user or key.
const LONGEST: usize = 100;

/// An account; `Debug` does not show its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    user: String,
    key: Secret,
}

/// A value that cannot be right, by the field it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAccount {
    /// The user is missing, too long or has a blank in it.
    #[error("the user is not one")]
    User,
    /// The key is missing, too long or has a blank in it.
    #[error("the key is not one")]
    Key,
}

impl Account {
    /// Takes the user and the key and says everything that cannot be right. Both are signed as they
    /// are, so that a blank that was copied with them would make every signature wrong.
    pub fn parse(user: &str, key: &str) -> Result<Self, Vec<InvalidAccount>> {
        let is_plain = |text: &str| {
            (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let mut wrong = Vec::new();
        if !is_plain(user) {
            wrong.push(InvalidAccount::User);
        }
        if !is_plain(key) {
            wrong.push(InvalidAccount::Key);
        }
        if wrong.is_empty() {
            Ok(Self {
                user: user.to_owned(),
                key: Secret::new(key.to_owned()),
            })
        } else {
            Err(wrong)
        }
    }

    /// The user.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The key that signs.
    #[must_use]
    pub const fn key(&self) -> &Secret {
        &self.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_cannot_be_right_is_said_at_once() {
        assert_eq!(
            Account::parse("shop@example.test ", "").unwrap_err(),
            [InvalidAccount::User, InvalidAccount::Key]
        );
        assert_eq!(
            Account::parse("shop@example.test", &"k".repeat(101)).unwrap_err(),
            [InvalidAccount::Key]
        );
        let account = Account::parse("shop@example.test", "k3y").unwrap();
        assert!(!format!("{account:?}").contains("k3y"));
    }
}
