//! Slugs: the parts of a storefront's address.

use chassis::error::{CommonReason, Violations};

const LONGEST: usize = 40;

/// How many days a slug that was given up stays reserved and leads to its old owner.
pub const RESERVED_DAYS: i64 = 365;
/// How many old slugs one brand or branch may have reserved.
pub const MOST_RETIRED: i64 = 20;

/// First parts of an address that belong to the platform itself.
const RESERVED: &[&str] = &[
    "admin", "api", "assets", "health", "live", "metrics", "ready",
];

/// Reads a slug: 1–40 of `a`–`z`, `0`–`9` and single inner dashes.
pub fn parse(field: &str, raw: &str, violations: &mut Violations) -> String {
    let slug = raw.trim().to_ascii_lowercase();
    if slug.len() > LONGEST {
        violations.push_with(field, CommonReason::TextTooLong, [("max", LONGEST)]);
    } else if !is_slug(&slug) {
        violations.push(field, CommonReason::ValidationFailed);
    }
    slug
}

/// Whether `text` could be a slug.
#[must_use]
pub fn is_slug(text: &str) -> bool {
    let is_word = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    text.len() <= LONGEST && text.split('-').all(is_word)
}

/// Reads the slug of a brand, which also may not hide a path of the platform.
pub fn parse_brand(field: &str, raw: &str, violations: &mut Violations) -> String {
    let slug = parse(field, raw, violations);
    if RESERVED.contains(&slug.as_str()) {
        violations.push_with(field, CommonReason::ValidationFailed, [("reserved", &slug)]);
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(raw: &str) -> bool {
        let mut violations = Violations::new();
        parse_brand("slug", raw, &mut violations);
        violations.is_empty()
    }

    #[test]
    fn a_slug_is_lower_case_words_joined_by_dashes() {
        for good in ["a", "tea-house", "7-tea", " Tea "] {
            assert!(accepted(good), "{good:?}");
        }
        for bad in ["", "-a", "a-", "a--b", "茶", "a/b", "a b", &"x".repeat(41)] {
            assert!(!accepted(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_brand_cannot_hide_a_path_of_the_platform() {
        for reserved in RESERVED {
            assert!(!accepted(reserved), "{reserved}");
        }
    }
}
