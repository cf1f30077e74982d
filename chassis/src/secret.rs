//! Values that must not be printed, and sealing of credentials at rest.

mod sealer;

use std::fmt;

use serde::Deserialize;

pub use sealer::{DataKey, SealError, Sealer};

/// A value whose `Debug` prints `***`. It is read by [`Secret::reveal`], where the use is plain.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret<T = String>(T);

impl<T> Secret<T> {
    /// Hides `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl Secret {
    /// What a screen may show of a stored credential: its last four characters, or nothing when
    /// that would show most of it.
    #[must_use]
    pub fn last_four(&self) -> String {
        let count = self.0.chars().count();
        if count < 12 {
            String::new()
        } else {
            self.0.chars().skip(count - 4).collect()
        }
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed() {
        let secret: Secret = serde_json::from_str("\"hunter2\"").unwrap();
        assert_eq!(format!("{secret:?}"), "***");
        assert_eq!(secret.reveal(), "hunter2");
    }

    #[test]
    fn only_a_long_secret_shows_its_end() {
        assert_eq!(Secret::from("0123456789abcdef").last_four(), "cdef");
        assert_eq!(Secret::from("hunter2").last_four(), "");
    }
}
