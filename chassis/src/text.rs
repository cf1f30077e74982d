//! What people type, made comparable: normalised text with bounded length, and phone numbers.

use std::ops::RangeInclusive;

use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::error::Violations;

/// NFKC, except that the full-width punctuation of Chinese stays as it was typed.
fn fold(raw: &str) -> String {
    let is_punctuation =
        |c: char| matches!(c, '，' | '。' | '：' | '；' | '！' | '？' | '（' | '）');
    raw.split_inclusive(is_punctuation)
        .flat_map(|part| {
            let end = part.chars().next_back().filter(|&c| is_punctuation(c));
            let body = end.map_or(part, |end| &part[..part.len() - end.len_utf8()]);
            body.nfkc().chain(end)
        })
        .collect()
}

/// One line of text: NFKC, trimmed, line breaks and tabs as spaces, other control characters out.
#[must_use]
pub fn normalise(raw: &str) -> String {
    let clean: String = fold(raw)
        .chars()
        .map(|c| {
            if matches!(c, '\n' | '\r' | '\t') {
                ' '
            } else {
                c
            }
        })
        .filter(|&c| is_visible(c))
        .collect();
    without_blank(clean.trim())
}

/// Text of several lines: as [`normalise`], but line breaks stay, each as `\n`.
#[must_use]
pub fn normalise_multiline(raw: &str) -> String {
    let clean: String = fold(&raw.replace("\r\n", "\n"))
        .chars()
        .map(|c| match c {
            '\r' => '\n',
            '\t' => ' ',
            other => other,
        })
        .filter(|&c| c == '\n' || is_visible(c))
        .collect();
    without_blank(clean.trim())
}

/// The text, or nothing where it shows nothing: joiners and the like count only beside something.
fn without_blank(text: &str) -> String {
    if text.chars().all(is_blank) {
        String::new()
    } else {
        text.to_owned()
    }
}

/// One line of normalised text whose count of grapheme clusters lies in `length`.
///
/// Longer is `TEXT_TOO_LONG`, shorter `VALIDATION_FAILED`, at `field`.
pub fn bounded(
    field: &str,
    raw: &str,
    length: RangeInclusive<usize>,
    violations: &mut Violations,
) -> String {
    check_length(field, normalise(raw), length, violations)
}

/// As [`bounded`], for text of several lines.
pub fn bounded_multiline(
    field: &str,
    raw: &str,
    length: RangeInclusive<usize>,
    violations: &mut Violations,
) -> String {
    check_length(field, normalise_multiline(raw), length, violations)
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

fn check_length(
    field: &str,
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
    if count > *length.end() {
        violations.push_with(field, "TEXT_TOO_LONG", params);
    } else if count < *length.start() {
        violations.push_with(field, "VALIDATION_FAILED", params);
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
            violations.push(field, "PHONE_INVALID");
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

/// Shows nothing by itself: a space, or a character that Unicode lets be ignored.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}'
                | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Neither a control character nor one that reorders the text around it.
fn is_visible(c: char) -> bool {
    let reorders = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    !c.is_control() && !reorders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_punctuation_stays_full_width_and_the_rest_is_folded() {
        assert_eq!(
            normalise("每天現煮，少冰（去糖）！ＡＢＣ１２３"),
            "每天現煮，少冰（去糖）！ABC123"
        );
        assert_eq!(
            normalise_multiline("第一行：甲\r\n第二行；乙？"),
            "第一行：甲\n第二行；乙？"
        );
    }

    #[test]
    fn text_is_made_comparable() {
        let cases = [
            ("  珍珠奶茶\u{0}  ", "珍珠奶茶"),
            ("ＡＢＣ　１２３", "ABC 123"),
            ("a\tb\nc", "a b c"),
            ("\u{202e}evil", "evil"),
        ];
        for (raw, expected) in cases {
            assert_eq!(normalise(raw), expected, "{raw:?}");
        }
        assert_eq!(normalise_multiline(" a\r\nb\rc\u{7} "), "a\nb\nc");
    }

    #[test]
    fn what_shows_nothing_is_empty() {
        for raw in [
            "\u{200b}",
            "\u{2060}\u{3164}",
            " \u{200d} ",
            "\u{fe0f}\u{feff}",
            "\u{2800}",
            "\u{115f}",
            "\u{0}",
        ] {
            assert_eq!(normalise(raw), "", "{raw:?}");
            assert_eq!(normalise_multiline(raw), "", "{raw:?}");
            let mut violations = Violations::new();
            bounded("name", raw, 1..=20, &mut violations);
            assert_eq!(violations.len(), 1, "{raw:?}");
        }
        assert_eq!(normalise("👩‍🍳"), "👩‍🍳", "a joiner beside something stays");
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
