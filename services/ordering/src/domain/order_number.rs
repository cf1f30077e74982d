//! 訂單編號 and 取件號碼, the short numbers people speak aloud.

use std::fmt;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const LENGTH: usize = 5;
/// A number has 25 bits; the shuffle works on 13 and 12 of them in turn.
const LOW_BITS: u32 = 12;
const LOW: u32 = (1 << LOW_BITS) - 1;
const HIGH: u32 = (1 << (25 - LOW_BITS)) - 1;
const ROUNDS: u8 = 4;

/// 訂單編號: five characters of an alphabet without look-alikes, not predictable in sequence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrderNumber(String);

impl OrderNumber {
    /// The number of a branch's order that was placed after `count` others.
    ///
    /// A branch's `seed` decides in which order its 33,554,432 numbers are assigned, each of them once
    /// before any repeats (a Feistel network); without the seed the next cannot be predicted.
    #[must_use]
    pub fn nth(seed: Uuid, count: u64) -> Self {
        let bits = u32::try_from(count & u64::from(HIGH << LOW_BITS | LOW)).unwrap_or_default();
        let (mut high, mut low) = (bits >> LOW_BITS, bits & LOW);
        for round in 0..ROUNDS {
            high ^= mix(seed, 2 * round, low) & HIGH;
            low ^= mix(seed, 2 * round + 1, high) & LOW;
        }
        let mut rest = high << LOW_BITS | low;
        let mut next = || {
            let place = rest as usize % ALPHABET.len();
            rest /= 32;
            char::from(ALPHABET[place])
        };
        Self((0..LENGTH).map(|_| next()).collect())
    }

    /// A number read back from the store.
    #[must_use]
    pub fn stored(raw: String) -> Self {
        Self(raw)
    }

    /// The five characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// 取件號碼: counts up within a branch's business day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PickupNumber(pub i32);

impl fmt::Display for PickupNumber {
    /// Three digits, or more from the thousandth order on.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

/// Bits that depend on everything given.
fn mix(seed: Uuid, round: u8, half: u32) -> u32 {
    let mut sha = Sha256::new();
    sha.update(seed);
    sha.update([round]);
    sha.update(half.to_be_bytes());
    let digest: [u8; 32] = sha.finalize().into();
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const SEED: Uuid = Uuid::from_u128(7);

    #[test]
    fn an_order_number_has_five_characters_of_the_alphabet() {
        for count in (0..1_000).chain([u64::MAX]) {
            let number = OrderNumber::nth(SEED, count);
            assert_eq!(number.as_str().len(), LENGTH);
            assert!(number.as_str().bytes().all(|byte| ALPHABET.contains(&byte)));
        }
    }

    /// Every step of the shuffle can be undone, so a part of the numbers stands for all of them.
    #[test]
    fn a_branch_gives_no_number_twice_before_all_were_given() {
        let all = 1 << 25;
        let given: HashSet<_> = (0..200_000).map(|n| OrderNumber::nth(SEED, n)).collect();
        assert_eq!(given.len(), 200_000);
        assert_eq!(OrderNumber::nth(SEED, all), OrderNumber::nth(SEED, 0));
        assert!(!given.contains(&OrderNumber::nth(SEED, all - 1)));
    }

    #[test]
    fn consecutive_numbers_share_no_more_than_chance_and_branches_differ() {
        let shared = |a: &OrderNumber, b: &OrderNumber| {
            let pairs = a.as_str().bytes().zip(b.as_str().bytes());
            pairs.filter(|(a, b)| a == b).count()
        };
        let total: usize = (0..1_000)
            .map(|n| shared(&OrderNumber::nth(SEED, n), &OrderNumber::nth(SEED, n + 1)))
            .sum();
        // One of 32 by chance: about 156 of 5,000.
        assert!(
            total < 300,
            "{total} characters of 5,000 are those of the next number"
        );
        let other = Uuid::from_u128(8);
        let same = (0..1_000).filter(|n| OrderNumber::nth(SEED, *n) == OrderNumber::nth(other, *n));
        assert!(same.count() < 3);
    }

    #[test]
    fn the_thousandth_pickup_number_has_four_digits() {
        assert_eq!(PickupNumber(1).to_string(), "001");
        assert_eq!(PickupNumber(1_000).to_string(), "1000");
    }
}
