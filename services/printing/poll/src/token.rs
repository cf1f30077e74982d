//! What names a job's try on its way to a device and back.

use std::{fmt, str::FromStr};

use uuid::Uuid;

/// Base 32 in lower case: devices keep the case, screens and logs do not always.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// 128 bits, five a character.
const ID_CHARS: usize = 26;
const MOST_ATTEMPTS: u16 = 999;

/// Names one try of a job: the job's id in base 32, a dot, the number of the try. It has at most 30
/// characters of `[a-z0-9.]`, as Epson's `printjobid` must; printers that remember tokens take a second
/// try, which has another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobToken {
    job: Uuid,
    attempt: u16,
}

impl JobToken {
    /// Names the try `attempt`, from 1 to 999, of `job`.
    #[must_use]
    pub fn new(job: Uuid, attempt: u16) -> Option<Self> {
        let is_attempt = (1..=MOST_ATTEMPTS).contains(&attempt);
        is_attempt.then_some(Self { job, attempt })
    }

    /// The job.
    #[must_use]
    pub const fn job(self) -> Uuid {
        self.job
    }

    /// Which try of it.
    #[must_use]
    pub const fn attempt(self) -> u16 {
        self.attempt
    }
}

impl fmt::Display for JobToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The last character holds three bits and two zeros.
        let bits = self.job.as_u128();
        let mut id = String::with_capacity(ID_CHARS);
        for place in 0..ID_CHARS {
            let shift = 123 - 5 * i32::try_from(place).unwrap_or_default();
            let digit = if shift < 0 {
                bits << -shift
            } else {
                bits >> shift
            };
            id.push(char::from(ALPHABET[(digit & 31) as usize]));
        }
        write!(f, "{id}.{}", self.attempt)
    }
}

/// A text that names no try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a job's try")]
pub struct NotAToken;

impl FromStr for JobToken {
    type Err = NotAToken;

    /// Reads exactly what [`JobToken`] writes.
    fn from_str(text: &str) -> Result<Self, NotAToken> {
        let (id, attempt) = text.split_once('.').ok_or(NotAToken)?;
        if id.len() != ID_CHARS || attempt.len() > 3 {
            return Err(NotAToken);
        }
        let mut bits: u128 = 0;
        for (place, byte) in id.bytes().enumerate() {
            let digit = ALPHABET.iter().position(|known| *known == byte);
            let digit = digit.ok_or(NotAToken)? as u128;
            bits = if place + 1 == ID_CHARS {
                bits << 3 | digit >> 2
            } else {
                bits << 5 | digit
            };
        }
        let attempt = attempt.parse().map_err(|_| NotAToken)?;
        let token = Self::new(Uuid::from_u128(bits), attempt).ok_or(NotAToken)?;
        // One text a token: no zero before the number, no bits beyond the id.
        if token.to_string() == text {
            Ok(token)
        } else {
            Err(NotAToken)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_token_fits_where_a_device_keeps_thirty_characters() {
        let id = Uuid::from_u128(0x0190_f1c2_3d4e_7abc_8def_0123_4567_89ab);
        let token = JobToken::new(id, 999).unwrap();
        assert_eq!(token.to_string(), "agipdqr5jz5lzdppaerukz4jvm.999");
        assert_eq!(token.to_string().len(), 30);
        for text in [
            "",
            "agipdqr5jz5lzdppaerukz4jvm",
            "agipdqr5jz5lzdppaerukz4jvm.",
            "agipdqr5jz5lzdppaerukz4jvm.0",
            "agipdqr5jz5lzdppaerukz4jvm.01",
            "agipdqr5jz5lzdppaerukz4jvm.+1",
            "agipdqr5jz5lzdppaerukz4jvm.1000",
            "AGIPDQR5JZ5LZDPPAERUKZ4JVM.1",
            "agipdqr5jz5lzdppaerukz4jvn.1",
            "agipdqr5jz5lzdppaerukz4jv茶.1",
        ] {
            assert_eq!(text.parse::<JobToken>(), Err(NotAToken), "{text}");
        }
        assert_eq!(JobToken::new(id, 0), None);
        assert_eq!(JobToken::new(id, 1000), None);
    }

    proptest! {
        #[test]
        fn every_token_is_read_as_it_was_written(job: u128, attempt in 1..=999_u16) {
            let token = JobToken::new(Uuid::from_u128(job), attempt).unwrap();
            let text = token.to_string();
            prop_assert!(text.len() <= 30);
            prop_assert!(text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.'));
            prop_assert_eq!(text.parse(), Ok(token));
        }

        #[test]
        fn no_other_text_is_a_token(text: String) {
            if let Ok(token) = text.parse::<JobToken>() {
                prop_assert_eq!(token.to_string(), text);
            }
        }
    }
}
