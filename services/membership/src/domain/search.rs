//! Search for members by part of the name or of the phone.
//!
//! Names are found by runs of one to three of their characters, which an index has as keys: most Chinese names
//! have three.

use std::collections::BTreeSet;

use chassis::text;

/// Longest run of characters that is a term.
const RUN: usize = 3;
/// Stands before the last three digits of a phone among the terms; longer than a run of a name.
const PHONE_END: &str = "#tel";
/// Fewest digits after the zero that are searched as the beginning of a phone; fewer are those of too many.
const START_DIGITS: usize = 4;
/// Digits of a phone's end that are a term.
const END_DIGITS: usize = 3;

/// Terms that a member is found by.
#[must_use]
pub fn terms(name: &str, phone: Option<&str>) -> Vec<String> {
    let name: Vec<char> = text::folded(name).chars().collect();
    let mut terms = BTreeSet::new();
    for length in 1..=RUN {
        for part in name.windows(length) {
            let term: String = part.iter().collect();
            if !term.trim().is_empty() {
                terms.insert(term);
            }
        }
    }
    if let Some(phone) = phone
        && let Some(end) = phone.len().checked_sub(END_DIGITS)
    {
        terms.insert(format!("{PHONE_END}{}", &phone[end..]));
    }
    terms.into_iter().collect()
}

/// What somebody searches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// Everybody.
    All,
    /// Phones that begin so, in E.164.
    PhoneStart(String),
    /// Phones that end so, and the term that leads there.
    PhoneEnd {
        /// Key of the index.
        term: String,
        /// All digits of the end.
        end: String,
    },
    /// Names with this part, and the term that leads there.
    Name {
        /// Key of the index.
        term: String,
        /// The folded part.
        part: String,
    },
}

impl Search {
    /// Reads what was typed.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        let folded = text::folded(raw);
        if folded.is_empty() {
            return Self::All;
        }
        Self::phone(&folded).unwrap_or_else(|| {
            let characters: Vec<char> = folded.chars().collect();
            let term = characters.iter().take(RUN).collect();
            Self::Name { term, part: folded }
        })
    }

    fn phone(folded: &str) -> Option<Self> {
        let digits: String = folded
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '(' | ')' | '+'))
            .collect();
        if digits.len() < END_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let national = digits
            .strip_prefix("886")
            .or_else(|| digits.strip_prefix('0'))
            .filter(|rest| rest.starts_with('9') && rest.len() >= START_DIGITS);
        if let Some(national) = national {
            return Some(Self::PhoneStart(format!("+886{national}")));
        }
        let end = &digits[digits.len() - END_DIGITS..];
        Some(Self::PhoneEnd {
            term: format!("{PHONE_END}{end}"),
            end: digits,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_found_by_parts_of_the_name_and_the_end_of_the_phone() {
        assert_eq!(
            terms("王小明", Some("+886911123456")),
            ["#tel456", "小", "小明", "明", "王", "王小", "王小明"]
        );
        assert_eq!(terms("", None), Vec::<String>::new());
        let known = terms("Ａｍｙ Chen", None);
        for searched in ["王", "amy", "y c", "CHEN"] {
            let Search::Name { term, .. } = Search::parse(searched) else {
                panic!("{searched}")
            };
            assert_eq!(known.contains(&term), searched != "王", "{searched}");
        }
    }

    #[test]
    fn digits_are_a_phone() {
        let start = |text: &str| Search::PhoneStart(text.to_owned());
        let end = |term: &str, end: &str| Search::PhoneEnd {
            term: term.to_owned(),
            end: end.to_owned(),
        };
        for (typed, expected) in [
            ("", Search::All),
            ("0911-123-456", start("+886911123456")),
            ("+886 9111", start("+8869111")),
            ("０９１１１", start("+8869111")),
            ("0911", end("#tel911", "0911")),
            ("456", end("#tel456", "456")),
            ("123456", end("#tel456", "123456")),
        ] {
            assert_eq!(Search::parse(typed), expected, "{typed}");
        }
        assert!(matches!(Search::parse("12"), Search::Name { .. }));
    }
}
