//! What people type: kept and shown as typed, folded only to be compared; and phone numbers.

use std::ops::RangeInclusive;

use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::error::{CommonReason, Violations};

/// One line of text as it was typed: NFC, trimmed, line breaks and tabs as spaces.
///
/// Control characters and those that reorder the text around them are left out; text of which
/// nothing can be seen is empty.
#[must_use]
pub fn typed(raw: &str) -> String {
    clean(raw, false)
}

/// Text of several lines: as [`typed`], but line breaks stay, each as `\n`.
#[must_use]
pub fn typed_multiline(raw: &str) -> String {
    clean(raw, true)
}

/// Text as it is compared, looked up and searched: without differences of compatibility forms
/// (NFKC, which covers width), of case, and of characters that cannot be seen.
///
/// It is a key and is never shown.
#[must_use]
pub fn folded(raw: &str) -> String {
    let folded: String = raw
        .nfkc()
        .filter(|&c| c.is_whitespace() || !is_invisible(c))
        .flat_map(char::to_lowercase)
        .nfkc()
        .collect();
    typed(&folded)
}

/// One line of text as it was typed whose count of grapheme clusters lies in `length`.
///
/// Longer is `TEXT_TOO_LONG`, shorter or with a control character `VALIDATION_FAILED`, at `field`.
pub fn bounded(
    field: &str,
    raw: &str,
    length: RangeInclusive<usize>,
    violations: &mut Violations,
) -> String {
    check(field, raw, typed(raw), length, violations)
}

/// As [`bounded`], for text of several lines.
pub fn bounded_multiline(
    field: &str,
    raw: &str,
    length: RangeInclusive<usize>,
    violations: &mut Violations,
) -> String {
    check(field, raw, typed_multiline(raw), length, violations)
}

/// As [`bounded`], for a word that others match as a whole, such as a station: in NFKC, so that
/// its width cannot make two of one.
pub fn bounded_label(
    field: &str,
    raw: &str,
    length: RangeInclusive<usize>,
    violations: &mut Violations,
) -> String {
    let compatible: String = raw.nfkc().collect();
    check(field, raw, typed(&compatible), length, violations)
}

/// A Taiwanese mobile number in E.164 form (`+8869…`); else `PHONE_INVALID` at `field`.
pub fn phone_mobile(field: &str, raw: &str, violations: &mut Violations) -> String {
    accept_phone(field, raw, is_mobile, violations)
}

/// A Taiwanese mobile or landline number in E.164 form; else `PHONE_INVALID` at `field`.
pub fn phone(field: &str, raw: &str, violations: &mut Violations) -> String {
    accept_phone(
        field,
        raw,
        |national| is_mobile(national) || is_landline(national),
        violations,
    )
}

/// A stored number as lists and logs may show it: `0911***456`.
#[must_use]
pub fn mask_phone(e164: &str) -> String {
    let local = match e164.strip_prefix("+886") {
        Some(national) => format!("0{national}"),
        None => e164.to_owned(),
    };
    if !local.is_ascii() || local.len() < 9 {
        return "***".to_owned();
    }
    format!("{}***{}", &local[..4], &local[local.len() - 3..])
}

fn clean(raw: &str, multiline: bool) -> String {
    let one_break = raw.replace("\r\n", "\n");
    let text: String = one_break
        .nfc()
        .map(|c| match c {
            '\n' | '\r' if multiline => '\n',
            '\n' | '\r' | '\t' => ' ',
            other => other,
        })
        .filter(|&c| c == '\n' || !(c.is_control() || reorders(c)))
        .collect();
    if text.chars().all(is_invisible) {
        return String::new();
    }
    text.trim().to_owned()
}

fn check(
    field: &str,
    raw: &str,
    text: String,
    length: RangeInclusive<usize>,
    violations: &mut Violations,
) -> String {
    let count = text.graphemes(true).count();
    let params = [
        ("min", *length.start()),
        ("max", *length.end()),
        ("length", count),
    ];
    let control = raw
        .chars()
        .find(|&c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    if let Some(control) = control {
        let code = format!("U+{:04X}", u32::from(control));
        violations.push_with(field, CommonReason::ValidationFailed, [("control", code)]);
    } else if count > *length.end() {
        violations.push_with(field, CommonReason::TextTooLong, params);
    } else if count < *length.start() {
        violations.push_with(field, CommonReason::ValidationFailed, params);
    }
    text
}

fn accept_phone(
    field: &str,
    raw: &str,
    accepted: impl Fn(&str) -> bool,
    violations: &mut Violations,
) -> String {
    let digits: String = raw
        .nfkc()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '(' | ')'))
        .collect();
    let national = match digits
        .strip_prefix("+886")
        .or_else(|| digits.strip_prefix("886"))
    {
        Some(rest) => Some(rest.strip_prefix('0').unwrap_or(rest)),
        None => digits.strip_prefix('0'),
    };
    match national {
        Some(national) if national.bytes().all(|b| b.is_ascii_digit()) && accepted(national) => {
            format!("+886{national}")
        }
        _ => {
            violations.push(field, CommonReason::PhoneInvalid);
            digits
        }
    }
}

fn is_mobile(national: &str) -> bool {
    national.len() == 9 && national.starts_with('9')
}

/// Area code 2–8 with the number, or a toll-free 800.
fn is_landline(national: &str) -> bool {
    matches!(national.len(), 8 | 9) && matches!(national.as_bytes()[0], b'2'..=b'8')
}

/// Changes the order of the text around it, or is a byte order mark.
fn reorders(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Leaves nothing to be seen: blanks, and what Unicode ignores by default (joiners, selectors,
/// fillers).
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_kept_as_it_was_typed() {
        let cases = [
            ("  珍珠奶茶  ", "珍珠奶茶"),
            ("凍檸ＱＱ", "凍檸ＱＱ"),
            ("①號／桔．Ｑ　½", "①號／桔．Ｑ　½"),
            ("每天現煮，少冰（去糖）！", "每天現煮，少冰（去糖）！"),
            ("cafe\u{301}", "café"),
            ("a\tb\nc\r\nd", "a b c d"),
            ("\u{202e}evil", "evil"),
            ("❤\u{fe0f}", "❤\u{fe0f}"),
        ];
        for (raw, expected) in cases {
            assert_eq!(typed(raw), expected, "{raw:?}");
            assert_eq!(typed(expected), expected, "typing it again changes it");
        }
        assert_eq!(typed_multiline(" a\r\nb\rc\td "), "a\nb\nc d");
    }

    #[test]
    fn what_people_take_for_the_same_is_compared_as_the_same() {
        let cases = [
            ("凍檸ＱＱ", "凍檸qq"),
            ("Latte", "ＬＡＴＴＥ"),
            ("CAFÉ", "cafe\u{301}"),
            ("珍珠\u{200b}奶茶", " 珍珠奶茶"),
            ("奶茶　大", "奶茶 大"),
        ];
        for (one, other) in cases {
            assert_eq!(folded(one), folded(other), "{one:?} and {other:?}");
        }
        for (one, other) in [("紅茶", "綠茶"), ("7", "007"), ("90.75", "90.750")] {
            assert_ne!(folded(one), folded(other));
        }
    }

    #[test]
    fn a_label_has_one_width() {
        let mut violations = Violations::new();
        assert_eq!(
            bounded_label("station", " 吧台Ａ ", 0..=20, &mut violations),
            "吧台A"
        );
        assert!(violations.is_empty());
    }

    #[test]
    fn control_characters_are_refused_at_their_field() {
        for raw in ["珍珠\0奶茶", "\0", "茶\u{7f}", "茶\u{85}"] {
            let mut violations = Violations::new();
            assert!(!bounded("name", raw, 0..=60, &mut violations).contains(char::is_control));
            let problem = violations.into_result().unwrap_err();
            assert_eq!(problem.fields[0].field, "name", "{raw:?}");
            assert_eq!(problem.fields[0].reason, "VALIDATION_FAILED");
        }
    }

    #[test]
    fn a_name_nobody_can_see_is_empty() {
        for raw in [
            "\u{200b}",
            "\u{3164}",
            "\u{2800} \u{3000}",
            "\u{feff}\u{200d}",
            "\u{e0041}",
            "\u{fe0f}",
        ] {
            assert_eq!(typed(raw), "", "{raw:?}");
            assert_eq!(typed_multiline(raw), "", "{raw:?}");
            let mut violations = Violations::new();
            bounded("name", raw, 1..=60, &mut violations);
            let problem = violations.into_result().unwrap_err();
            assert_eq!(problem.reason, "VALIDATION_FAILED", "{raw:?}");
        }
    }

    #[test]
    fn length_counts_what_people_see() {
        let mut violations = Violations::new();
        assert_eq!(bounded("name", "👩‍👩‍👧‍👦🇹🇼", 1..=2, &mut violations), "👩‍👩‍👧‍👦🇹🇼");
        assert!(violations.is_empty());

        bounded("name", "abc", 1..=2, &mut violations);
        assert_eq!(
            violations.into_result().unwrap_err().reason,
            "TEXT_TOO_LONG"
        );

        let mut violations = Violations::new();
        bounded("name", "  ", 1..=2, &mut violations);
        assert_eq!(
            violations.into_result().unwrap_err().reason,
            "VALIDATION_FAILED"
        );
    }

    #[test]
    fn phones_are_stored_as_e164() {
        let mobiles = [
            "0911 123-456",
            "+886911123456",
            "886911123456",
            "+886 0911123456",
            "０９１１１２３４５６",
        ];
        for raw in mobiles {
            let mut violations = Violations::new();
            assert_eq!(
                phone_mobile("phone", raw, &mut violations),
                "+886911123456",
                "{raw}"
            );
            assert!(violations.is_empty(), "{raw}");
        }
        let mut violations = Violations::new();
        assert_eq!(
            phone("phone", "(02) 2345-6789", &mut violations),
            "+886223456789"
        );
        assert_eq!(
            phone("phone", "037-123456", &mut violations),
            "+88637123456"
        );
        assert!(violations.is_empty());
    }

    #[test]
    fn other_numbers_are_refused() {
        for raw in [
            "",
            "0",
            "091112345",
            "09111234567",
            "0223456789",
            "+81911123456",
            "0911a23456",
        ] {
            let mut violations = Violations::new();
            phone_mobile("phone", raw, &mut violations);
            assert!(!violations.is_empty(), "{raw}");
        }
    }

    #[test]
    fn a_masked_phone_keeps_its_ends() {
        assert_eq!(mask_phone("+886911123456"), "0911***456");
        assert_eq!(mask_phone("12"), "***");
    }
}
