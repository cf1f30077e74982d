//! What the JSON providers' calls share: addresses, references, money in whole units.

use bytes::Bytes;
use chassis::money::{Currency, Money};
use http::StatusCode;
use url::Url;

use crate::{
    Acknowledgement, AttemptReference, CallError, Rejection, Verdict,
    codes::{invalid, unreadable},
};

/// The address of a call: the base's host with this path and query. Both hold only characters that an
/// address keeps as they are, so what is signed is what is sent.
pub(crate) fn address(base: &Url, path: &str, query: Option<&str>) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url.set_query(query);
    url
}

/// An address that a browser is sent to.
pub(crate) fn page(text: &str) -> Result<Url, CallError> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| unreadable("the page's address cannot be read"))
}

/// The provider's number of the transaction, which becomes part of a path.
pub(crate) fn theirs(attempt: &AttemptReference) -> Result<&str, CallError> {
    attempt
        .theirs
        .as_deref()
        .filter(|theirs| is_token(theirs, 255))
        .ok_or_else(|| CallError::WrongState {
            code: "reference".to_owned(),
            text: "the provider has given no number yet".to_owned(),
        })
}

/// Whether `text` is a plain identifier of at most `max` bytes.
pub(crate) fn is_token(text: &str, max: usize) -> bool {
    !text.is_empty()
        && text.len() <= max
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Our reference in a message from outside; `None` when it cannot be one of ours.
pub(crate) fn our_reference(text: &str) -> Option<String> {
    let fits =
        (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| text.to_owned())
}

/// The dollars of an amount above zero in New Taiwan dollars.
pub(crate) fn dollars(amount: Money) -> Result<i64, CallError> {
    if amount.currency() != Currency::TWD {
        Err(invalid("this provider takes New Taiwan dollars only"))
    } else if amount.amount() < 1 {
        Err(invalid("the amount is not above zero"))
    } else {
        Ok(amount.amount())
    }
}

/// An address of ours as text, refused when the provider would cut it.
pub(crate) fn our_address(url: &Url, max: usize) -> Result<&str, CallError> {
    if url.as_str().len() <= max {
        Ok(url.as_str())
    } else {
        Err(invalid("an address of ours is too long for this provider"))
    }
}

/// The entry of [`crate::Report::instrument`] for a card of which all but the end is masked.
pub(crate) fn last_four(masked: &str) -> Option<(String, String)> {
    let digits = masked.get(masked.len().checked_sub(4)?..)?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| ("last_four".to_owned(), digits.to_owned()))
}

/// The first `max` characters.
pub(crate) fn cut_chars(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

/// A response without content. What a redelivery cannot cure is acknowledged.
pub(crate) const fn acknowledge(verdict: Verdict) -> Acknowledgement {
    let status = match verdict {
        Verdict::Accepted
        | Verdict::Mismatch
        | Verdict::Refused
        | Verdict::Rejected(Rejection::Amount) => StatusCode::OK,
        Verdict::Rejected(_) => StatusCode::BAD_REQUEST,
        Verdict::NotStored => StatusCode::SERVICE_UNAVAILABLE,
    };
    Acknowledgement {
        status,
        content_type: "text/plain",
        body: Bytes::new(),
    }
}
