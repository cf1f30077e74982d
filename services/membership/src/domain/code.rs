//! One-time codes that are sent to a phone: six digits, five minutes, five tries.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use proto::membership::v1 as wire;
use sha2::Sha256;

use super::contact;

/// How long a code is valid.
pub const VALID: TimeDelta = TimeDelta::minutes(5);
/// Between two codes to a phone.
pub const RESEND_AFTER: TimeDelta = TimeDelta::seconds(60);
/// Most codes to a phone on a day.
pub const MOST_A_DAY: i16 = 5;
/// Most wrong tries of a code.
pub const MOST_TRIES: i16 = 5;
/// Most codes for requests from one network in an hour.
pub const MOST_A_NETWORK: i32 = 30;

chassis::text_enum! {
    /// What a code is for.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum Purpose {
        /// Joining or signing in.
        SignIn = "sign_in",
        /// Confirming a new phone.
        ChangePhone = "change_phone",
        /// Confirming that a membership is erased.
        Erase = "erase",
        /// Joining at the counter.
        Counter = "counter",
    }
}

impl Purpose {
    /// The purpose of a customer's request.
    #[must_use]
    pub fn from_wire(raw: i32) -> Option<Self> {
        match wire::CodePurpose::try_from(raw).ok()? {
            wire::CodePurpose::SignIn => Some(Self::SignIn),
            wire::CodePurpose::ChangePhone => Some(Self::ChangePhone),
            wire::CodePurpose::Erase => Some(Self::Erase),
            wire::CodePurpose::Unspecified => None,
        }
    }
}

/// The last code that was sent to a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentCode {
    /// What it is for.
    pub purpose: Purpose,
    /// Its digest; none once it was used or is used up.
    pub code_hash: Option<Vec<u8>>,
    /// Wrong tries.
    pub wrong_tries: i16,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Day in Taipei that is counted.
    pub day: NaiveDate,
    /// Codes sent on that day.
    pub sent_on_day: i16,
}

/// Makes the next code of a phone, or says how many seconds to wait.
pub fn next(
    last: Option<&SentCode>,
    purpose: Purpose,
    code_hash: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<SentCode, i64> {
    let day = contact::today(now);
    let mut sent_on_day = 0;
    if let Some(last) = last {
        let again = last.sent_at + RESEND_AFTER;
        if again > now {
            return Err((again - now).num_seconds().max(1));
        }
        if last.day == day {
            sent_on_day = last.sent_on_day;
        }
    }
    if sent_on_day >= MOST_A_DAY {
        return Err(seconds_left_of(day, now));
    }
    Ok(SentCode {
        purpose,
        code_hash: Some(code_hash),
        wrong_tries: 0,
        sent_at: now,
        expires_at: now + VALID,
        day,
        sent_on_day: sent_on_day + 1,
    })
}

fn seconds_left_of(day: NaiveDate, now: DateTime<Utc>) -> i64 {
    (1..=24 * 60)
        .find(|minutes| contact::today(now + TimeDelta::minutes(*minutes)) != day)
        .map_or(60, |minutes| minutes * 60)
}

/// What a try comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It is the code, which is used now.
    Right,
    /// It is not.
    Wrong,
    /// There is no valid code to compare with: it is over, used, used up, or was never sent.
    Over,
}

/// Compares a try with the last code, and counts it.
pub fn check(
    sent: &mut SentCode,
    purpose: Purpose,
    tried: &CodeDigest,
    now: DateTime<Utc>,
) -> Tried {
    if sent.purpose != purpose || sent.expires_at <= now {
        return Tried::Over;
    }
    let Some(expected) = &sent.code_hash else {
        return Tried::Over;
    };
    if tried.matches(expected) {
        sent.code_hash = None;
        return Tried::Right;
    }
    sent.wrong_tries += 1;
    if sent.wrong_tries >= MOST_TRIES {
        sent.code_hash = None;
    }
    Tried::Wrong
}

/// Digest of a code for a phone and a purpose, under the service's key: six digits alone would be guessed
/// from it.
#[derive(Clone)]
pub struct CodeDigest(Hmac<Sha256>);

impl CodeDigest {
    /// The digest.
    #[must_use]
    pub fn new(key: &[u8], phone: &str, purpose: Purpose, code: &str) -> Self {
        let mut mac = <Hmac<Sha256>>::new_from_slice(key).expect("a key may have any length");
        mac.update(phone.as_bytes());
        mac.update(b"\n");
        mac.update(purpose.as_str().as_bytes());
        mac.update(b"\n");
        mac.update(code.as_bytes());
        Self(mac)
    }

    /// Its bytes, to be stored.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.finalize().into_bytes().to_vec()
    }

    /// Compares in constant time.
    fn matches(&self, stored: &[u8]) -> bool {
        self.0.clone().verify_slice(stored).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(code: &str) -> CodeDigest {
        CodeDigest::new(b"key", "+886911123456", Purpose::SignIn, code)
    }

    fn send(last: Option<&SentCode>, now: DateTime<Utc>) -> Result<SentCode, i64> {
        next(last, Purpose::SignIn, digest("123456").into_bytes(), now)
    }

    fn noon() -> DateTime<Utc> {
        "2026-09-02T04:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_code_is_sent_once_a_minute_and_five_times_a_day() {
        let mut now = noon();
        let mut sent = send(None, now).unwrap();
        assert_eq!(send(Some(&sent), now + TimeDelta::seconds(59)), Err(1));
        for _ in 0..4 {
            now += RESEND_AFTER;
            sent = send(Some(&sent), now).unwrap();
        }
        assert_eq!(sent.sent_on_day, MOST_A_DAY);
        let wait = send(Some(&sent), now + RESEND_AFTER).unwrap_err();
        let tomorrow = now + RESEND_AFTER + TimeDelta::seconds(wait);
        assert_eq!(contact::today(tomorrow).to_string(), "2026-09-03");
        assert_eq!(send(Some(&sent), tomorrow).unwrap().sent_on_day, 1);
    }

    #[test]
    fn a_code_opens_once_within_five_minutes() {
        let now = noon();
        let sent = send(None, now).unwrap();
        let almost = now + VALID - TimeDelta::seconds(1);
        let mut used = sent.clone();
        assert_eq!(
            check(&mut used, Purpose::SignIn, &digest("123456"), almost),
            Tried::Right
        );
        assert_eq!(
            check(&mut used, Purpose::SignIn, &digest("123456"), almost),
            Tried::Over
        );
        let mut over = sent.clone();
        assert_eq!(
            check(&mut over, Purpose::SignIn, &digest("123456"), now + VALID),
            Tried::Over
        );
        // A code for signing in erases nobody.
        let mut other = sent;
        assert_eq!(
            check(&mut other, Purpose::Erase, &digest("123456"), now),
            Tried::Over
        );
    }

    #[test]
    fn the_fifth_wrong_try_uses_a_code_up() {
        let now = noon();
        let mut sent = send(None, now).unwrap();
        for _ in 0..MOST_TRIES {
            assert_eq!(
                check(&mut sent, Purpose::SignIn, &digest("000000"), now),
                Tried::Wrong
            );
        }
        assert_eq!(
            check(&mut sent, Purpose::SignIn, &digest("123456"), now),
            Tried::Over
        );
    }

    #[test]
    fn a_digest_is_of_one_phone_and_purpose() {
        let stored = digest("123456").into_bytes();
        assert!(digest("123456").matches(&stored));
        let others = [
            CodeDigest::new(b"other", "+886911123456", Purpose::SignIn, "123456"),
            CodeDigest::new(b"key", "+886911123457", Purpose::SignIn, "123456"),
            CodeDigest::new(b"key", "+886911123456", Purpose::Erase, "123456"),
        ];
        assert!(others.iter().all(|other| !other.matches(&stored)));
    }
}
