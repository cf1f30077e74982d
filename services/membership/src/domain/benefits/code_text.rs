//! Codes as they are typed, compared and made.

use std::collections::BTreeSet;

use chassis::{
    error::{CommonReason, Violations},
    text,
};

/// Characters of a code that nobody confuses.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Shortest and longest code.
const LENGTH: std::ops::RangeInclusive<usize> = 4..=20;
/// Random characters of a code of a batch.
const RANDOM_LENGTH: usize = 10;
/// Characters of a coupon's code.
const COUPON_LENGTH: usize = 12;
/// Longest beginning of a batch's codes.
const LONGEST_PREFIX: usize = 6;
/// Most codes of a batch.
pub const MOST_CODES: usize = 100_000;

/// A code as it is compared: without differences of case, width and spaces around it. One that no code can be
/// is `None`.
#[must_use]
pub fn normalised(typed: &str) -> Option<String> {
    let code = text::folded(typed).to_ascii_uppercase();
    let known = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    (LENGTH.contains(&code.len()) && code.chars().all(known)).then_some(code)
}

/// A code of a coupon as it is compared; spaces and dashes within it do not matter.
#[must_use]
pub fn normalised_coupon(typed: &str) -> Option<String> {
    let code = text::folded(typed).to_ascii_uppercase();
    let code: String = code.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let known = |byte: u8| ALPHABET.contains(&byte);
    (code.len() == COUPON_LENGTH && code.bytes().all(known)).then_some(code)
}

/// Parses a new code: 4–20 characters of A–Z, 0–9 and `-`.
pub fn parse(field: &str, typed: &str, violations: &mut Violations) -> Option<String> {
    let code = normalised(typed);
    if code.is_none() {
        violations.push_with(
            field,
            CommonReason::ValidationFailed,
            [("min", LENGTH.start()), ("max", LENGTH.end())],
        );
    }
    code
}

/// Parses what the codes of a batch begin with: at most 6 characters of A–Z and 0–9.
pub fn parse_prefix(field: &str, typed: &str, violations: &mut Violations) -> String {
    let prefix = text::folded(typed).to_ascii_uppercase();
    if prefix.len() > LONGEST_PREFIX || !prefix.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        violations.push_with(
            field,
            CommonReason::ValidationFailed,
            [("max", LONGEST_PREFIX)],
        );
    }
    prefix
}

/// Parses codes of one's own, one a line: the first field of each, without a header `code`. Every bad line is
/// named, the first hundred of them.
pub fn parse_csv(field: &str, csv: &str, violations: &mut Violations) -> Vec<String> {
    const MOST_NAMED: usize = 100;
    let first = |line: &str| {
        let field = line.split([',', ';', '\t']).next().unwrap_or_default();
        field.trim().trim_matches('"').to_owned()
    };
    let lines = csv.trim_start_matches('\u{feff}').lines().map(first);
    let header = |index: usize, text: &str| index == 0 && text.eq_ignore_ascii_case("code");
    let lines = lines.enumerate();
    let lines = lines.filter(|(index, text)| !text.is_empty() && !header(*index, text));
    let mut seen = BTreeSet::new();
    let mut codes = Vec::new();
    let mut bad = 0;
    for (index, typed) in lines {
        let code = normalised(&typed).filter(|code| seen.insert(code.clone()));
        match code {
            Some(code) => codes.push(code),
            None if bad < MOST_NAMED => {
                bad += 1;
                let line = [("line", index + 1)];
                violations.push_with(field, CommonReason::ValidationFailed, line);
            }
            None => {}
        }
        if codes.len() > MOST_CODES {
            violations.push_with(field, CommonReason::FileTooLarge, [("max", MOST_CODES)]);
            break;
        }
    }
    if codes.is_empty() && bad == 0 {
        violations.push(field, CommonReason::EmptyTarget);
    }
    codes
}

/// `count` different random codes that begin with `prefix`.
#[must_use]
pub fn random_batch(prefix: &str, count: usize, random: impl Fn() -> u128) -> Vec<String> {
    let mut codes = BTreeSet::new();
    while codes.len() < count {
        codes.insert(format!("{prefix}{}", random_text(RANDOM_LENGTH, random())));
    }
    codes.into_iter().collect()
}

/// A random code of a coupon.
#[must_use]
pub fn random_coupon(random: u128) -> String {
    random_text(COUPON_LENGTH, random)
}

fn random_text(length: usize, mut random: u128) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let index = usize::try_from(random & 31).unwrap_or_default();
        text.push(char::from(ALPHABET[index]));
        random >>= 5;
    }
    text
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn reasons(check: impl FnOnce(&mut Violations)) -> Vec<(String, Option<String>)> {
        let mut violations = Violations::new();
        check(&mut violations);
        let fields = violations.into_result().err().map(|problem| problem.fields);
        let fields = fields.unwrap_or_default().into_iter();
        fields
            .map(|field| (field.reason.to_string(), field.params.get("line").cloned()))
            .collect()
    }

    #[test]
    fn case_and_width_do_not_matter() {
        for typed in ["summer50", "ＳＵＭＭＥＲ５０", " Summer50 ", "SUMMER50"] {
            assert_eq!(normalised(typed).as_deref(), Some("SUMMER50"), "{typed:?}");
        }
        for typed in [
            "abc",
            "夏天優惠",
            "A B C D",
            "ABCDEFGHIJKLMNOPQRSTU",
            "SUM_MER",
        ] {
            assert_eq!(normalised(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn the_code_of_a_coupon_may_be_typed_in_groups() {
        let code = random_coupon(7);
        let grouped = format!("{} {}-{}", &code[..4], &code[4..8], &code[8..]).to_lowercase();
        assert_eq!(normalised_coupon(&grouped), Some(code));
        assert_eq!(normalised_coupon("0OI1"), None);
    }

    #[test]
    fn a_batch_has_as_many_different_codes_as_wanted() {
        let drawn = Cell::new(0_u128);
        // Every draw comes twice.
        let random = || {
            drawn.set(drawn.get() + 1);
            drawn.get() / 2
        };
        let codes = random_batch("TEA", 1_000, random);
        let different: BTreeSet<_> = codes.iter().collect();
        assert_eq!((codes.len(), different.len()), (1_000, 1_000));
        assert!(
            codes
                .iter()
                .all(|code| code.len() == 13 && normalised(code).is_some())
        );
    }

    #[test]
    fn bad_lines_of_a_file_are_named() {
        let csv = "\u{feff}code,note\nSUMMER50,a\nsummer50,again\n\nX\nWINTER-1\n";
        let line = |number: &str| ("VALIDATION_FAILED".to_owned(), Some(number.to_owned()));
        let found = reasons(|violations| {
            assert_eq!(parse_csv("csv", csv, violations), ["SUMMER50", "WINTER-1"]);
        });
        assert_eq!(found, [line("3"), line("5")]);
    }

    #[test]
    fn one_code_too_many_is_refused() {
        let csv: String = (0..=MOST_CODES)
            .map(|number| format!("CODE{number}\n"))
            .collect();
        let found = reasons(|violations| {
            parse_csv("csv", &csv, violations);
        });
        assert_eq!(found, [("FILE_TOO_LARGE".to_owned(), None)]);
    }
}
