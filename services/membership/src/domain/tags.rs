//! Names of tags, and which are so close that one of them is a slip.

use chassis::text;

/// Most active tags of an organisation.
pub const MOST_ACTIVE: i64 = 500;
/// Most tags of a member.
pub const MOST_OF_MEMBER: i64 = 50;

/// A name as it is compared: without case, width and spaces.
#[must_use]
pub fn folded(name: &str) -> String {
    text::folded(name)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect()
}

/// Whether two folded names are close: the same without punctuation, one in the other, or a letter apart; two letters
/// from six characters on.
#[must_use]
pub fn is_similar(one: &str, other: &str) -> bool {
    let plain =
        |name: &str| -> Vec<char> { name.chars().filter(|c| c.is_alphanumeric()).collect() };
    let (one, other) = (plain(one), plain(other));
    if one.is_empty() || other.is_empty() {
        return false;
    }
    let (short, long) = if one.len() <= other.len() {
        (&one, &other)
    } else {
        (&other, &one)
    };
    let contained = long
        .windows(short.len())
        .any(|part| part == short.as_slice());
    let allowed = if short.len() >= 6 { 2 } else { 1 };
    contained || distance(&one, &other) <= allowed
}

/// Fewest letters to add, leave out or change.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_without_case_width_and_spaces() {
        assert_eq!(folded("ＶＩＰ 客"), folded("vip客"));
        assert_ne!(folded("VIP客"), folded("VIP-客"));
    }

    #[test]
    fn close_names_are_found() {
        let similar = |one: &str, other: &str| is_similar(&folded(one), &folded(other));
        for (one, other) in [
            ("VIP-客", "VIP 客"),
            ("常客", "老常客"),
            ("奶茶控", "奶茶粉"),
            ("birthday", "birthdy"),
            ("birthday", "birtday1"),
        ] {
            assert!(similar(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("常客", "新人"),
            ("奶茶", "咖啡"),
            ("abcde", "abxyz"),
            ("🧋", "🍵"),
        ] {
            assert!(!similar(one, other), "{one} {other}");
        }
    }
}
