//! What NewebPay's codes mean (NDNF, error codes), as data.

use std::time::Duration;

use crate::{CallError, State, wire::excerpt};

/// What follows from a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Our request was wrong.
    Rejected,
    /// A person has to act: keys, permissions, clock.
    Configuration,
    /// The page was open too long, or the card was refused; a new attempt may follow.
    Declined,
    /// The network or the acquirer failed: the query decides.
    Unknown,
    /// The order number was used before.
    Duplicate,
    /// No such transaction.
    Absent,
    /// The state does not allow it.
    WrongState,
    /// The same was asked before and is under way.
    UnderWay,
    /// Refused for good.
    RefundRefused,
    /// The store's balance is short: later.
    BalanceShort,
    /// No call for so many minutes.
    Locked(u64),
}

/// Letters of a code, the first and the last number, and the class.
static CODES: &[(&str, u32, u32, Class)] = &[
    ("MPG", 1002, 1030, Class::Rejected),
    ("MPG", 2001, 2003, Class::Configuration),
    ("MPG", 2004, 2004, Class::Declined),
    ("MPG", 2005, 2005, Class::Rejected),
    ("MPG", 2006, 2006, Class::Unknown),
    ("MPG", 2010, 2010, Class::Configuration),
    ("MPG", 3003, 3003, Class::Locked(10)),
    ("MPG", 3004, 3004, Class::Configuration),
    ("MPG", 3008, 3008, Class::Duplicate),
    ("MPG", 3009, 3009, Class::Declined),
    ("MPG", 5002, 5005, Class::Declined),
    ("NOR", 1001, 1001, Class::Unknown),
    ("MEM", 40014, 40014, Class::Configuration),
    ("ACC", 10005, 10005, Class::Configuration),
    ("TRA", 10012, 10013, Class::Configuration),
    ("TRA", 10021, 10021, Class::Absent),
    ("TRA", 10026, 10026, Class::WrongState),
    ("TRA", 10027, 10027, Class::UnderWay),
    ("TRA", 10028, 10028, Class::RefundRefused),
    ("TRA", 10029, 10029, Class::RefundRefused),
    ("TRA", 10035, 10035, Class::WrongState),
    ("TRA", 10036, 10036, Class::RefundRefused),
    ("TRA", 10039, 10039, Class::RefundRefused),
    ("TRA", 10045, 10046, Class::WrongState),
    ("TRA", 10047, 10049, Class::WrongState),
    ("TRA", 10050, 10050, Class::BalanceShort),
    ("TRA", 10071, 10071, Class::Locked(240)),
    ("TRA", 10095, 10095, Class::RefundRefused),
    ("TRA", 10702, 10702, Class::Locked(60)),
    ("TRA", 11002, 11002, Class::Locked(240)),
    ("TRA", 20001, 20001, Class::UnderWay),
    ("TRA", 20002, 20002, Class::Absent),
    ("TRA", 20004, 20004, Class::Duplicate),
    ("TRA", 20011, 20011, Class::WrongState),
    ("TRA", 20027, 20027, Class::UnderWay),
    ("TRA", 20028, 20028, Class::RefundRefused),
    ("TRA", 40014, 40014, Class::Configuration),
    ("", 1101, 1102, Class::RefundRefused),
    ("", 1103, 1103, Class::Absent),
    ("", 1104, 1108, Class::RefundRefused),
    ("", 1109, 1109, Class::UnderWay),
    ("", 1116, 1116, Class::BalanceShort),
    ("", 4101, 4106, Class::Configuration),
    ("", 9000, 9000, Class::Unknown),
];

/// The class of a code; `None` for one that is not documented.
pub(super) fn class(code: &str) -> Option<Class> {
    let letters = code.trim_end_matches(|character: char| character.is_ascii_digit());
    let number: u32 = code[letters.len()..].parse().ok()?;
    CODES
        .iter()
        .find(|(known, first, last, _)| *known == letters && (*first..=*last).contains(&number))
        .map(|(_, _, _, class)| *class)
}

/// What the `Status` of a failed callback says; `None` when only a query can show.
pub(super) fn callback_state(code: &str) -> Option<State> {
    match class(code)? {
        Class::Declined => Some(State::Failed),
        _ => None,
    }
}

/// The error of an answer that is none of `SUCCESS`.
pub(super) fn call_error(code: &str, text: &str) -> CallError {
    let (code, text) = (excerpt(code), excerpt(text));
    match class(&code) {
        Some(Class::Rejected) => CallError::Rejected { code, text },
        Some(Class::Configuration) => CallError::Configuration { code, text },
        Some(Class::Declined) => CallError::Declined { code, text },
        Some(Class::Duplicate) => CallError::Duplicate,
        Some(Class::Absent | Class::WrongState | Class::UnderWay) => {
            CallError::WrongState { code, text }
        }
        Some(Class::RefundRefused) => CallError::RefundRefused { code, text },
        Some(Class::BalanceShort) => CallError::BalanceShort { code },
        Some(Class::Locked(minutes)) => CallError::RateLimited {
            wait: Duration::from_secs(minutes * 60),
        },
        Some(Class::Unknown) | None => CallError::Unknown(format!("{code} {text}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_mean_what_their_table_says() {
        let cases = [
            ("MPG01002", Some(Class::Rejected)),
            ("MPG01030", Some(Class::Rejected)),
            ("MPG01031", None),
            ("MPG02004", Some(Class::Declined)),
            ("MPG03009", Some(Class::Declined)),
            ("MPG03008", Some(Class::Duplicate)),
            ("TRA10021", Some(Class::Absent)),
            ("TRA20001", Some(Class::UnderWay)),
            ("TRA10071", Some(Class::Locked(240))),
            ("1104", Some(Class::RefundRefused)),
            ("TRA10050", Some(Class::BalanceShort)),
            ("1116", Some(Class::BalanceShort)),
            ("4103", Some(Class::Configuration)),
            ("SUCCESS", None),
            ("", None),
            ("珍1104", None),
            ("TRA99999999999999999999", None),
        ];
        for (code, expected) in cases {
            assert_eq!(class(code), expected, "{code}");
        }
    }

    #[test]
    fn no_code_is_a_failure_that_is_not_known_as_one() {
        for code in ["MPG02006", "NOR1001", "9000", "XYZ1", "", "MPG77777"] {
            assert!(
                matches!(call_error(code, ""), CallError::Unknown(_)),
                "{code}"
            );
            assert_eq!(callback_state(code), None);
        }
    }
}
