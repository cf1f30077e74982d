//! References at providers: at most 20 letters and digits, never used again.

/// Characters of a reference that nobody confuses.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Longest that every provider takes.
pub const LONGEST: usize = 20;
/// As much of the order number as a reference begins with.
const LONGEST_NUMBER: usize = 5;

/// Reference of an attempt: the order number, `P` with the attempt's number, and random characters that
/// make it unique, so that people can read which order it belongs to.
#[must_use]
pub fn of_attempt(order_number: &str, number: i16, random: u128) -> String {
    readable(order_number, &format!("P{number:02}"), random)
}

/// Reference of a refund, with an `R`.
#[must_use]
pub fn of_refund(order_number: &str, random: u128) -> String {
    readable(order_number, "R", random)
}

/// Reference of a payment that verifies an account.
#[must_use]
pub fn of_verification(random: u128) -> String {
    readable("TEST", "V", random)
}

fn readable(number: &str, kind: &str, mut random: u128) -> String {
    let known = number.chars().filter(char::is_ascii_alphanumeric);
    let mut reference: String = known.take(LONGEST_NUMBER).collect();
    reference.push_str(kind);
    while reference.len() < LONGEST {
        let index = usize::try_from(random & 31).unwrap_or_default();
        reference.push(char::from(ALPHABET[index]));
        random >>= 5;
    }
    reference
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_reference_says_which_order_and_attempt() {
        assert_eq!(of_attempt("7K2MX", 1, 0), "7K2MXP01222222222222");
        assert_eq!(of_attempt("7K2MX", 99, u128::MAX), "7K2MXP99ZZZZZZZZZZZZ");
        assert_eq!(of_refund("7K2MX", 0), "7K2MXR22222222222222");
    }

    proptest! {
        #[test]
        fn every_provider_takes_it(number in ".{0,12}", attempt in 1_i16..=99, random: u128) {
            for reference in [of_attempt(&number, attempt, random), of_refund(&number, random)] {
                prop_assert!(reference.bytes().all(|byte| byte.is_ascii_alphanumeric()));
                prop_assert_eq!(reference.len(), LONGEST);
            }
        }

        #[test]
        fn another_draw_is_another_reference(random in 0_u128..1 << 60) {
            let other = random ^ 1;
            prop_assert_ne!(of_attempt("7K2MX", 1, random), of_attempt("7K2MX", 1, other));
        }
    }
}
