//! What several providers' formats share.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeZone as _, Utc};
use subtle::ConstantTimeEq as _;

use crate::Rejection;

/// Largest message from outside that is read.
pub(crate) const MAX_CALLBACK_BYTES: usize = 64 << 10;

/// Most fields that a form may have; the largest known callback has about 45.
const MAX_FORM_FIELDS: usize = 128;

/// Local time of the Taiwanese providers: UTC+8, without summer time.
pub(crate) fn taipei() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).expect("eight hours are an offset")
}

/// Reads a local time of the Taiwanese providers.
pub(crate) fn parse_taipei(text: &str, format: &str) -> Option<DateTime<Utc>> {
    let local = NaiveDateTime::parse_from_str(text, format).ok()?;
    let instant = taipei().from_local_datetime(&local).single()?;
    Some(instant.with_timezone(&Utc))
}

/// Compares without showing by the time it takes where the difference is.
pub(crate) fn same(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

/// An amount as the Taiwanese providers write it: digits without sign, leading zero or fraction.
pub(crate) fn canonical_amount(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit());
    if digits && !text.starts_with('0') {
        text.parse().ok()
    } else {
        None
    }
}

/// A JSON string, or a number as it is written.
pub(crate) fn json_text(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The longest beginning of `text` that has at most `max` bytes and ends between two characters.
pub(crate) fn cut_bytes(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Text of a provider for an error: at most 200 characters, without control characters.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(200)
        .collect()
}

/// Reads a form strictly: what is not UTF-8, has a broken escape, a NUL or a name twice, could mean one
/// thing to the signature and another to us.
pub(crate) fn parse_form(bytes: &[u8]) -> Result<BTreeMap<String, String>, Rejection> {
    if bytes.len() > MAX_CALLBACK_BYTES {
        return Err(Rejection::Malformed);
    }
    let mut fields = BTreeMap::new();
    for pair in bytes
        .split(|&byte| byte == b'&')
        .filter(|pair| !pair.is_empty())
    {
        let (name, value) = match pair.iter().position(|&byte| byte == b'=') {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &b""[..]),
        };
        let repeated = fields.insert(decode(name)?, decode(value)?).is_some();
        if repeated || fields.len() > MAX_FORM_FIELDS {
            return Err(Rejection::Malformed);
        }
    }
    Ok(fields)
}

fn decode(encoded: &[u8]) -> Result<String, Rejection> {
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter();
    while let Some(&byte) = rest.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = rest.next().copied().and_then(hex_digit);
                let low = rest.next().copied().and_then(hex_digit);
                match (high, low) {
                    (Some(high), Some(low)) => high << 4 | low,
                    _ => return Err(Rejection::Malformed),
                }
            }
            other => other,
        });
    }
    if decoded.contains(&0) {
        return Err(Rejection::Malformed);
    }
    String::from_utf8(decoded).map_err(|_| Rejection::Malformed)
}

const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_amounts_are_read() {
        assert_eq!(canonical_amount("165"), Some(165));
        for text in [
            "",
            "0",
            "0165",
            "165.00",
            "+165",
            "-1",
            " 165",
            "165 ",
            "1,650",
            "１６５",
            "9999999999999",
        ] {
            assert_eq!(canonical_amount(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_ambiguous_form_is_refused() {
        for form in ["a=1&a=1", "a=%ff", "a=%0", "a=%zz", "a=%00", "%61=1&a=2"] {
            assert_eq!(
                parse_form(form.as_bytes()),
                Err(Rejection::Malformed),
                "{form}"
            );
        }
        let many: Vec<String> = (0..200).map(|n| format!("f{n}=1")).collect();
        assert!(parse_form(many.join("&").as_bytes()).is_err());
        assert!(parse_form(&vec![b'a'; MAX_CALLBACK_BYTES + 1]).is_err());
        let fields = parse_form("a=x+y%26&b=&c&d=%E4%BA%A4".as_bytes()).unwrap();
        let read: Vec<_> = fields
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        assert_eq!(read, [("a", "x y&"), ("b", ""), ("c", ""), ("d", "交")]);
    }

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(cut_bytes("珍珠", 5), "珍");
        assert_eq!(cut_bytes("a🧋", 4), "a");
        assert_eq!(cut_bytes("abc", 3), "abc");
    }
}
