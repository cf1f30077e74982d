//! What ECPay's codes mean (ECPay AIO, 交易狀態代碼表), as data.

use std::time::Duration;

use crate::{CallError, State, wire::excerpt};

/// What follows from a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Paid.
    Paid,
    /// Number to pay with issued.
    NumberIssued,
    /// Refused; the customer may try again by a new attempt.
    Declined,
    /// Its time is over.
    Expired,
    /// The query decides.
    Query,
    /// A person has to act.
    Configuration,
    /// The reference was used before.
    Duplicate,
    /// A text that their firewall stops: our fault.
    Text,
}

static CODES: &[(&str, Class)] = &[
    ("1", Class::Paid),
    ("2", Class::NumberIssued),
    ("10100073", Class::NumberIssued),
    ("10200043", Class::Declined),
    ("10200058", Class::Declined),
    ("10200115", Class::Query),
    ("10200009", Class::Expired),
    ("10100058", Class::Expired),
    ("10300006", Class::Expired),
    ("10100001", Class::Expired),
    ("10200073", Class::Configuration),
    // The time of a query lies outside their window: our clock is wrong.
    ("10200074", Class::Configuration),
    ("10200094", Class::Configuration),
    ("10200141", Class::Configuration),
    ("10200050", Class::Configuration),
    ("10200105", Class::Configuration),
    ("10200163", Class::Declined),
    ("10200047", Class::Query),
    ("10200095", Class::Query),
    ("10300028", Class::Duplicate),
    ("10400011", Class::Text),
];

/// The class of a code; `None` for one that is not documented.
pub(super) fn class(code: &str) -> Option<Class> {
    CODES
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, class)| *class)
}

/// What a callback's `RtnCode` says; `None` when only a query can show.
pub(super) fn callback_state(code: &str) -> Option<State> {
    match class(code)? {
        Class::Paid => Some(State::Captured),
        Class::NumberIssued => Some(State::NumberIssued),
        Class::Declined => Some(State::Failed),
        Class::Expired => Some(State::Expired),
        Class::Query | Class::Configuration | Class::Duplicate | Class::Text => None,
    }
}

/// What `TradeStatus` of a query says (ECPay AIO, 查詢訂單).
pub(super) fn query_state(status: &str) -> Option<State> {
    match status {
        "0" => Some(State::Pending),
        "1" => Some(State::Captured),
        "10200047" => Some(State::Absent),
        "10200095" | "10200163" => Some(State::Failed),
        _ => match class(status)? {
            Class::Declined => Some(State::Failed),
            Class::Expired => Some(State::Expired),
            _ => None,
        },
    }
}

/// The error of an answer that is an error code. Such answers are not signed, so that they say what is
/// wrong with a request, never how an attempt stands.
pub(super) fn call_error(code: &str, text: &str) -> CallError {
    let (code, text) = (excerpt(code), excerpt(text));
    match class(&code) {
        Some(Class::Configuration) => CallError::Configuration { code, text },
        Some(Class::Duplicate) => CallError::Duplicate,
        Some(Class::Text) => CallError::Rejected { code, text },
        _ => CallError::Unknown(format!("{code} {text}")),
    }
}

/// What a refused DoAction means when asking again cannot help (ECPay AIO, 信用卡請退款).
pub(super) fn final_refusal(code: &str, text: &str) -> Option<CallError> {
    let (code, text) = (excerpt(code), excerpt(text));
    let says = |word: &str| code.contains(word) || text.contains(word);
    if says("error_overDate") {
        Some(CallError::RefundRefused { code, text })
    } else if says("不足") || says("error_balance") {
        Some(CallError::BalanceShort { code })
    } else if class(&code) == Some(Class::Configuration) {
        Some(CallError::Configuration { code, text })
    } else {
        None
    }
}

/// The error of an HTTP status.
pub(super) fn http_error(status: http::StatusCode, locked: Duration) -> Option<CallError> {
    match status.as_u16() {
        200 => None,
        403 => Some(CallError::RateLimited { wait: locked }),
        other => Some(CallError::Unknown(format!("HTTP {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_mean_what_their_table_says() {
        let callbacks = [
            ("1", Some(State::Captured)),
            ("2", Some(State::NumberIssued)),
            ("10100073", Some(State::NumberIssued)),
            ("10200058", Some(State::Failed)),
            ("10200009", Some(State::Expired)),
            ("10200115", None),
            ("10200095", None),
            ("01", None),
            ("", None),
            ("99999999", None),
        ];
        for (code, state) in callbacks {
            assert_eq!(callback_state(code), state, "{code}");
        }
        let queries = [
            ("0", Some(State::Pending)),
            ("1", Some(State::Captured)),
            ("10200047", Some(State::Absent)),
            ("10200095", Some(State::Failed)),
            ("10200163", Some(State::Failed)),
            ("10200115", None),
            ("8", None),
        ];
        for (status, state) in queries {
            assert_eq!(query_state(status), state, "{status}");
        }
    }

    #[test]
    fn no_code_is_a_failure_that_is_not_known_as_one() {
        assert!(matches!(call_error("77", "?"), CallError::Unknown(_)));
        assert!(matches!(
            call_error("10200073", ""),
            CallError::Configuration { .. }
        ));
        assert_eq!(call_error("10300028", ""), CallError::Duplicate);
    }
}
