//! Amounts of settlement files, exact to the ten-thousandth.

use chassis::text;

use super::E4;

/// Largest amount of a row, as large as that of an order; 20,000 of them stay within what JSON numbers hold.
const LARGEST: i64 = 9_999_999;
/// Decimals of a ten-thousandth.
const DECIMALS: usize = 4;

/// Why a cell is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidAmount {
    /// It does not read as a number, or has more than four decimals.
    Malformed,
    /// It is too large.
    OutOfRange,
}

/// Reads an amount: `1,234.5`, `NT$165`, `-165`, `(165)`. `None` for an empty cell or a lone dash.
pub fn parse(cell: &str) -> Result<Option<i64>, InvalidAmount> {
    let folded = text::folded(cell);
    let mut rest = folded.trim();
    let mut negative = false;
    if let Some(inner) = rest
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    {
        (negative, rest) = (true, inner.trim());
    }
    // A sign stands before or after the currency, once.
    for _ in 0..2 {
        if let Some(unsigned) = rest.strip_prefix(['-', '−']) {
            if negative {
                return Err(InvalidAmount::Malformed);
            }
            (negative, rest) = (true, unsigned.trim_start());
        }
        for currency in ["nt$", "$", "twd", "ntd"] {
            rest = rest.strip_prefix(currency).unwrap_or(rest).trim_start();
        }
    }
    rest = rest.strip_prefix('+').unwrap_or(rest);
    if rest.is_empty() {
        return Ok(None);
    }
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let whole = digits(whole)?;
    let fraction = fraction.trim_end_matches('0');
    let is_fraction = fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !is_fraction || fraction.len() > DECIMALS {
        return Err(InvalidAmount::Malformed);
    }
    let fraction: i64 = format!("{fraction:0<DECIMALS$}")
        .parse()
        .map_err(|_| InvalidAmount::Malformed)?;
    if whole > LARGEST {
        return Err(InvalidAmount::OutOfRange);
    }
    let value = whole * E4 + fraction;
    Ok(Some(if negative { -value } else { value }))
}

/// Digits, in groups of three or without any.
fn digits(text: &str) -> Result<i64, InvalidAmount> {
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or_default();
    let is_number = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = groups.all(|group| group.len() == 3 && is_number(group));
    if first.is_empty() || !is_number(first) || !grouped {
        return Err(InvalidAmount::Malformed);
    }
    let digits = text.replace(',', "");
    digits.parse().map_err(|_| InvalidAmount::OutOfRange)
}

/// Rounds ten-thousandths half up; what is below zero as its opposite, so that what is taken back is what
/// was given.
#[must_use]
pub const fn half_up(value_e4: i64) -> i64 {
    let rounded = (value_e4.abs() + E4 / 2) / E4;
    if value_e4 < 0 { -rounded } else { rounded }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_read_as_people_and_spreadsheets_write_them() {
        let fine = [
            ("165", 1_650_000),
            ("1,234.5", 12_345_000),
            ("NT$ 1,234", 12_340_000),
            ("-NT$165", -1_650_000),
            ("NT$-165", -1_650_000),
            ("(165.25)", -1_652_500),
            ("−4.5375", -45_375),
            ("+0.0001", 1),
            ("4.53750", 45_375),
            ("１６５", 1_650_000),
            ("9999999.9999", 99_999_999_999),
            ("0", 0),
        ];
        for (cell, expected) in fine {
            assert_eq!(parse(cell), Ok(Some(expected)), "{cell}");
        }
        for empty in ["", " ", "-", "NT$"] {
            assert_eq!(parse(empty), Ok(None), "{empty:?}");
        }
        let wrong = [
            "4.53751", "1e3", "1,23", "1.2.3", "--1", "abc", ".5", "1,,000", "(-1)", "NaN", "1.-2",
        ];
        for cell in wrong {
            assert_eq!(parse(cell), Err(InvalidAmount::Malformed), "{cell}");
        }
        for cell in ["10000000", "99999999999999999999"] {
            assert_eq!(parse(cell), Err(InvalidAmount::OutOfRange), "{cell}");
        }
    }

    #[test]
    fn a_half_goes_up_and_what_is_below_zero_mirrors_it() {
        let cases = [
            (44_999, 4),
            (45_000, 5),
            (4_999, 0),
            (5_000, 1),
            (-44_999, -4),
            (-45_000, -5),
            (0, 0),
        ];
        for (value, expected) in cases {
            assert_eq!(half_up(value), expected, "{value}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(cell in ".{0,40}") {
            let _ = parse(&cell);
        }

        #[test]
        fn an_amount_reads_back_exactly(value in -99_999_999_999_i64..=99_999_999_999) {
            let sign = if value < 0 { "-" } else { "" };
            let (whole, rest) = (value.abs() / E4, value.abs() % E4);
            prop_assert_eq!(parse(&format!("{sign}{whole}.{rest:04}")), Ok(Some(value)));
        }
    }
}
