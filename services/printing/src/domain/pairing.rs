//! Pairing: whoever reads the code off the device's own slip stands beside it.

use chassis::{id::DeviceId, secret::Secret};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// How long a code is good for.
pub const GOOD_FOR: TimeDelta = TimeDelta::minutes(15);
/// Wrong codes after which a code is over.
pub const MOST_FAILURES: i16 = 5;
/// Codes of a device or an agent within an hour.
pub const MOST_CODES: i16 = 5;
const HOUR: TimeDelta = TimeDelta::hours(1);

/// How far the pairing of a device is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairing {
    /// Counts its codes.
    pub number: i32,
    /// Wrong codes since the last one was made.
    pub failures: i16,
    /// When the code is over.
    pub expires_at: DateTime<Utc>,
    /// Its codes within an hour.
    pub codes: Codes,
}

/// Codes that were made within the hour they are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Codes {
    /// How many.
    pub count: i16,
    /// Beginning of the hour.
    pub since: DateTime<Utc>,
}

/// Too many codes within an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many pairing codes within an hour")]
pub struct TooManyCodes {
    /// When there is another one.
    pub retry_after: TimeDelta,
}

impl Codes {
    /// The first code.
    #[must_use]
    pub const fn first(now: DateTime<Utc>) -> Self {
        Self {
            count: 1,
            since: now,
        }
    }

    /// Counts another code.
    pub fn another(&mut self, now: DateTime<Utc>) -> Result<(), TooManyCodes> {
        if now - self.since >= HOUR {
            *self = Self::first(now);
            return Ok(());
        }
        if self.count >= MOST_CODES {
            return Err(TooManyCodes {
                retry_after: self.since + HOUR - now,
            });
        }
        self.count += 1;
        Ok(())
    }
}

/// A wrong code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the pairing code is wrong or over")]
pub struct WrongCode {
    /// Tries that are left; with none the device needs another code.
    pub left: i16,
}

impl Pairing {
    /// The first code of a device.
    #[must_use]
    pub fn first(now: DateTime<Utc>) -> Self {
        Self {
            number: 1,
            failures: 0,
            expires_at: now + GOOD_FOR,
            codes: Codes::first(now),
        }
    }

    /// Another code takes the place of the present one.
    pub fn renew(&mut self, now: DateTime<Utc>) -> Result<(), TooManyCodes> {
        self.codes.another(now)?;
        self.number += 1;
        self.failures = 0;
        self.expires_at = now + GOOD_FOR;
        Ok(())
    }

    /// Compares a code that was typed with that of the device, and counts it where it is wrong.
    pub fn try_code(
        &mut self,
        key: &Secret<[u8; 32]>,
        device: DeviceId,
        typed: &str,
        now: DateTime<Utc>,
    ) -> Result<(), WrongCode> {
        if self.failures >= MOST_FAILURES || now >= self.expires_at {
            return Err(WrongCode { left: 0 });
        }
        let right = code(key, device, self.number);
        if bool::from(right.as_bytes().ct_eq(typed.as_bytes())) {
            return Ok(());
        }
        self.failures += 1;
        Err(WrongCode {
            left: MOST_FAILURES - self.failures,
        })
    }
}

/// The code of six digits that a device's slip shows. It is derived, so that it is stored nowhere.
#[must_use]
pub fn code(key: &Secret<[u8; 32]>, device: DeviceId, number: i32) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key.reveal()).expect("a MAC takes keys of any length");
    mac.update(b"printing.pairing_code");
    mac.update(device.as_uuid().as_bytes());
    mac.update(&number.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let bytes = digest.first_chunk::<8>().expect("a digest is longer");
    format!("{:06}", u64::from_be_bytes(*bytes) % 1_000_000)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const KEY: Secret<[u8; 32]> = Secret::new([7; 32]);
    const DEVICE: DeviceId = DeviceId::from_uuid(Uuid::from_u128(1));

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    #[test]
    fn each_code_of_each_device_is_another_one_of_six_digits() {
        let other = DeviceId::from_uuid(Uuid::from_u128(2));
        let codes = [
            code(&KEY, DEVICE, 1),
            code(&KEY, DEVICE, 2),
            code(&KEY, other, 1),
        ];
        for (index, found) in codes.iter().enumerate() {
            assert!(found.len() == 6 && found.bytes().all(|b| b.is_ascii_digit()));
            assert!(!codes[..index].contains(found));
        }
        assert_eq!(codes[0], code(&KEY, DEVICE, 1));
    }

    #[test]
    fn five_wrong_codes_end_the_right_one() {
        let mut pairing = Pairing::first(now());
        let right = code(&KEY, DEVICE, 1);
        for left in [4, 3, 2, 1, 0, 0] {
            let tried = pairing.try_code(&KEY, DEVICE, "x", now());
            assert_eq!(tried, Err(WrongCode { left }));
        }
        assert!(pairing.try_code(&KEY, DEVICE, &right, now()).is_err());
        pairing.renew(now()).unwrap();
        assert!(pairing.try_code(&KEY, DEVICE, &right, now()).is_err());
        let next = code(&KEY, DEVICE, 2);
        assert!(pairing.try_code(&KEY, DEVICE, &next, now()).is_ok());
        assert!(
            pairing
                .try_code(&KEY, DEVICE, &next, now() + GOOD_FOR)
                .is_err()
        );
    }

    #[test]
    fn five_codes_an_hour_and_no_more() {
        let mut pairing = Pairing::first(now());
        for _ in 1..MOST_CODES {
            pairing.renew(now()).unwrap();
        }
        let refused = pairing.renew(now() + TimeDelta::minutes(20)).unwrap_err();
        assert_eq!(refused.retry_after, TimeDelta::minutes(40));
        assert!(pairing.renew(now() + HOUR).is_ok());
    }
}
