//! 訂單編號 and 取件號碼, the short numbers people speak aloud.

use std::fmt;

use rand::{Rng, RngExt as _};

const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const LENGTH: usize = 5;

/// 訂單編號: five characters of an alphabet without look-alikes, not to be guessed in sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderNumber(String);

impl OrderNumber {
    /// A random number; the store's unique index decides whether it is free.
    pub fn draw(rng: &mut impl Rng) -> Self {
        let mut draw = || char::from(ALPHABET[rng.random_range(0..ALPHABET.len())]);
        Self((0..LENGTH).map(|_| draw()).collect())
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

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    #[test]
    fn an_order_number_has_five_characters_of_the_alphabet() {
        let mut rng = StdRng::seed_from_u64(1);
        for _ in 0..1_000 {
            let number = OrderNumber::draw(&mut rng);
            assert_eq!(number.as_str().len(), LENGTH);
            assert!(number.as_str().bytes().all(|byte| ALPHABET.contains(&byte)));
        }
    }

    #[test]
    fn the_thousandth_pickup_number_has_four_digits() {
        assert_eq!(PickupNumber(1).to_string(), "001");
        assert_eq!(PickupNumber(1_000).to_string(), "1000");
    }
}
