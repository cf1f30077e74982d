//! Hardware addresses, by which a device is cross-checked where it gives one.

use std::fmt;

/// The hardware address of a device's network card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mac([u8; 6]);

impl Mac {
    /// Reads six hexadecimal pairs, with colons, dashes or nothing between them. The address of zeros is
    /// none: clients without a card of their own send it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: Vec<u8> = text
            .bytes()
            .filter(|byte| !b":-".contains(byte))
            .map(|byte| char::from(byte).to_digit(16))
            .map(|digit| digit.and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()?;
        let mut address = [0; 6];
        if digits.len() != 12 || text.len() > 17 {
            return None;
        }
        for (byte, pair) in address.iter_mut().zip(digits.chunks(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        (address != [0; 6]).then_some(Self(address))
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// Whether a request with the address `given` can be of the device known by `known`. Who gives none is
/// identified by the secret in its URL alone.
#[must_use]
pub fn is_same_device(known: Option<Mac>, given: Option<Mac>) -> bool {
    match (known, given) {
        (Some(known), Some(given)) => known == given,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_six_pairs() {
        for text in ["00:11:62:1d:9a:b7", "00-11-62-1D-9A-B7", "0011621d9ab7"] {
            assert_eq!(Mac::parse(text).unwrap().to_string(), "00:11:62:1d:9a:b7");
        }
        for text in [
            "",
            "00:11:62:1d:9a",
            "00:11:62:1d:9a:b7:00",
            "00:11:62:1d:9a:bg",
            "00:00:00:00:00:00",
            "００:11:62:1d:9a:b7",
        ] {
            assert_eq!(Mac::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_two_addresses_that_differ_tell_devices_apart() {
        let [one, other] = ["00:11:62:1d:9a:b7", "00:11:62:1d:9a:b8"].map(Mac::parse);
        for (known, given, same) in [
            (one, one, true),
            (one, other, false),
            (None, one, true),
            (one, None, true),
        ] {
            assert_eq!(is_same_device(known, given), same);
        }
    }
}
