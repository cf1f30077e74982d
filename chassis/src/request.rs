//! Parsers for the fields of a request. Each gives the value, or pushes a violation at the field, so that
//! one response names everything wrong; [`Violations::finish`] then gives the values.
//!
//! Ids are parsed by [`crate::id`], instants by [`crate::time`], business days by
//! [`crate::business_day`], text by [`crate::text`], and idempotency keys by
//! [`crate::idempotency::Once`].

use std::{fmt::Display, ops::RangeInclusive};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    error::{CommonReason, Violations},
    id::{self, Id},
    text_enum::WireEnum,
};

/// Page sizes a caller may choose.
const PAGE_SIZES: [i32; 3] = [20, 50, 100];
const DEFAULT_PAGE_SIZE: i32 = 50;
const LONGEST_TOKEN: usize = 1_000;

/// A message that must be there.
pub fn required<'a, T>(
    field: &str,
    value: Option<&'a T>,
    violations: &mut Violations,
) -> Option<&'a T> {
    if value.is_none() {
        violations.push(field, CommonReason::ValidationFailed);
    }
    value
}

/// A list of at most `most` ids.
pub fn ids<T: Id>(field: &str, raw: &[String], most: usize, violations: &mut Violations) -> Vec<T> {
    if raw.len() > most {
        violations.push_with(
            field,
            CommonReason::ValidationFailed,
            [("max", most), ("given", raw.len())],
        );
    }
    let parse =
        |(index, raw): (usize, &String)| id::parse(&format!("{field}[{index}]"), raw, violations);
    raw.iter()
        .take(most)
        .enumerate()
        .filter_map(parse)
        .collect()
}

/// A number in `range`; else `reason` with the range.
pub fn in_range<N: Copy + PartialOrd + Display>(
    field: &str,
    value: N,
    range: RangeInclusive<N>,
    reason: CommonReason,
    violations: &mut Violations,
) -> N {
    if !range.contains(&value) {
        let params = [("min", range.start()), ("max", range.end())];
        violations.push_with(field, reason, params);
    }
    value
}

/// A value of an enum that must be given.
pub fn choice<E: WireEnum>(field: &str, raw: i32, violations: &mut Violations) -> Option<E> {
    let value = E::from_wire(raw);
    if value.is_none() {
        violations.push(field, CommonReason::ValidationFailed);
    }
    value
}

/// A value of an enum that may be left out: unspecified is `None` without a violation.
pub fn optional_choice<E: WireEnum>(
    field: &str,
    raw: i32,
    violations: &mut Violations,
) -> Option<E> {
    if raw == 0 {
        None
    } else {
        choice(field, raw, violations)
    }
}

/// The page a caller asks for: how many rows, after which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest<C> {
    size: usize,
    /// Where the page before ended; `None` is the first page.
    pub after: Option<C>,
}

/// A page of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Token of the page after this one; `None` at the end.
    pub next_page_token: Option<String>,
}

/// Parses a `page_size`: 20, 50 or 100, and 0 is `default`.
pub fn page_size(raw: i32, default: i32, violations: &mut Violations) -> i32 {
    let size = if raw == 0 { default } else { raw };
    if !PAGE_SIZES.contains(&size) {
        let allowed = PAGE_SIZES.map(|size| size.to_string()).join(", ");
        violations.push_with(
            "page_size",
            CommonReason::ValidationFailed,
            [("allowed", allowed)],
        );
    }
    size
}

/// Parses `page_size` (20, 50 or 100; 0 is 50) and `page_token`.
pub fn page<C: DeserializeOwned>(
    size: i32,
    token: &str,
    violations: &mut Violations,
) -> PageRequest<C> {
    page_or(DEFAULT_PAGE_SIZE, size, token, violations)
}

/// As [`page`], where a size of 0 is `default`.
pub fn page_or<C: DeserializeOwned>(
    default: i32,
    size: i32,
    token: &str,
    violations: &mut Violations,
) -> PageRequest<C> {
    let size = page_size(size, default, violations);
    PageRequest::parse(size, token, violations)
}

/// As [`page`] for a list that other services read whole: `page_size` is 1 to `max`, and 0 is `max`.
pub fn bulk_page<C: DeserializeOwned>(
    max: i32,
    size: i32,
    token: &str,
    violations: &mut Violations,
) -> PageRequest<C> {
    let size = if size == 0 { max } else { size };
    let reason = CommonReason::ValidationFailed;
    let size = in_range("page_size", size, 1..=max, reason, violations);
    PageRequest::parse(size, token, violations)
}

impl<C: DeserializeOwned> PageRequest<C> {
    fn parse(size: i32, token: &str, violations: &mut Violations) -> Self {
        let after = if token.is_empty() {
            None
        } else {
            let cursor = read_token(token);
            if cursor.is_none() {
                violations.push("page_token", CommonReason::ValidationFailed);
            }
            cursor
        };
        Self {
            size: usize::try_from(size).unwrap_or_default(),
            after,
        }
    }
}

impl<C: Serialize> PageRequest<C> {
    /// How many rows to read: one more than the page has, which tells whether another page follows.
    pub fn limit(&self) -> i64 {
        i64::try_from(self.size)
            .unwrap_or(i64::MAX)
            .saturating_add(1)
    }

    /// The page out of the rows that were read with [`Self::limit`]; `cursor` is where a row ends it.
    pub fn page<T>(&self, mut rows: Vec<T>, cursor: impl FnOnce(&T) -> C) -> Page<T> {
        let more = rows.len() > self.size;
        rows.truncate(self.size);
        let last = rows.last().filter(|_| more);
        let next_page_token = last.map(|last| token(&cursor(last)));
        Page {
            items: rows,
            next_page_token,
        }
    }
}

/// The token of the page that begins after `cursor`, for lists whose pages have a size of their own.
pub fn token(cursor: &impl Serialize) -> String {
    let json = serde_json::to_vec(cursor).expect("a cursor is plain data");
    BASE64_URL_SAFE_NO_PAD.encode(json)
}

fn read_token<C: DeserializeOwned>(token: &str) -> Option<C> {
    if token.len() > LONGEST_TOKEN {
        return None;
    }
    let json = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    // No NUL may reach the database, and the server does not look for one inside a token.
    if json.contains("\\u0000") {
        return None;
    }
    serde_json::from_str(&json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::BrandId;

    fn fields(violations: Violations) -> Vec<String> {
        let problem = violations.into_result().err();
        let fields = problem.map(|problem| problem.fields).unwrap_or_default();
        fields.into_iter().map(|found| found.field).collect()
    }

    #[test]
    fn a_page_names_the_next_one_only_when_there_is_one() {
        let mut violations = Violations::new();
        let first: PageRequest<i64> = page(20, "", &mut violations);
        assert_eq!((first.limit(), first.after), (21, None));

        let all = first.page((1..=21).collect(), |last| *last);
        assert_eq!(all.items.len(), 20);
        let next: PageRequest<i64> = page(20, &all.next_page_token.unwrap(), &mut violations);
        assert_eq!(next.after, Some(20));
        assert_eq!(next.page(vec![21], |last| *last).next_page_token, None);
        assert!(violations.is_empty());
    }

    #[test]
    fn sizes_and_tokens_that_were_never_offered_are_violations() {
        for (size, token) in [(21, ""), (-1, ""), (0, "nonsense"), (0, "e30")] {
            let mut violations = Violations::new();
            page::<(i64, BrandId)>(size, token, &mut violations);
            assert_eq!(violations.len(), 1, "{size} {token}");
        }
    }

    #[test]
    fn a_bulk_page_has_any_size_up_to_its_maximum() {
        for (size, limit, wrong) in [
            (0, 501, 0),
            (1, 2, 0),
            (500, 501, 0),
            (501, 502, 1),
            (-1, 0, 1),
        ] {
            let mut violations = Violations::new();
            let page: PageRequest<i64> = bulk_page(500, size, "", &mut violations);
            assert_eq!(violations.len(), wrong, "{size}");
            assert!(wrong > 0 || page.limit() == limit, "{size}");
        }
    }

    #[test]
    fn a_forged_token_brings_no_nul() {
        let mut violations = Violations::new();
        let token = token(&"a\0");
        assert_eq!(page::<String>(0, &token, &mut violations).after, None);
        assert_eq!(fields(violations), ["page_token"]);
    }

    #[test]
    fn each_malformed_id_of_a_list_is_named() {
        let mut violations = Violations::new();
        let raw = ["x", "00000000-0000-0000-0000-000000000001", "", "y"].map(str::to_owned);
        assert_eq!(ids::<BrandId>("ids", &raw, 3, &mut violations).len(), 1);
        assert_eq!(fields(violations), ["ids", "ids[0]", "ids[2]"]);
    }
}
