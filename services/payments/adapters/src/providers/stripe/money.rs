//! Amounts in Stripe's units (Stripe, "Supported currencies"): the New Taiwan dollar has cents there,
//! of which only whole dollars may be charged.

use chassis::money::{Currency, Money};

/// Currencies whose smallest unit is the unit itself at Stripe.
const ZERO_DECIMAL: &[&str] = &[
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
    "XOF", "XPF",
];

/// Currencies with three decimals at Stripe.
const THREE_DECIMAL: &[&str] = &["BHD", "JOD", "KWD", "OMR", "TND"];

/// Currencies that Stripe counts in hundredths although ISO 4217, or our own count, has none.
const HUNDREDTHS_OF_WHOLE: &[&str] = &["ISK", "TWD", "UGX"];

/// Stripe's units in one unit of a currency.
pub(super) fn units_of_one(currency: &str) -> i64 {
    if ZERO_DECIMAL.contains(&currency) {
        1
    } else if THREE_DECIMAL.contains(&currency) {
        1000
    } else {
        100
    }
}

/// Stripe's units in one of our minor units.
fn factor(currency: Currency) -> i64 {
    if HUNDREDTHS_OF_WHOLE.contains(&currency.as_str()) {
        100
    } else {
        1
    }
}

/// An amount above zero in Stripe's units.
pub(super) fn to_units(money: Money) -> Option<i64> {
    let units = money.amount().checked_mul(factor(money.currency()))?;
    (units > 0).then_some(units)
}

/// Stripe's units as money; `None` for part of a whole unit, a negative amount, or another currency
/// code than three letters.
pub(super) fn from_units(units: i64, currency: &str) -> Option<Money> {
    let currency: Currency = currency.to_ascii_uppercase().parse().ok()?;
    let factor = factor(currency);
    (units >= 0 && units % factor == 0).then(|| Money::new(units / factor, currency))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_whole_dollars_are_money() {
        assert_eq!(to_units(Money::new(165, Currency::TWD)), Some(16_500));
        assert_eq!(
            from_units(16_500, "twd"),
            Some(Money::new(165, Currency::TWD))
        );
        for units in [165, 16_550, -16_500] {
            assert_eq!(from_units(units, "twd"), None, "{units}");
        }
        let usd = from_units(16_500, "usd").unwrap();
        assert_eq!((usd.amount(), usd.currency().as_str()), (16_500, "USD"));
        assert_eq!(from_units(100, "tw"), None);
        assert_eq!(to_units(Money::zero(Currency::TWD)), None);
        assert_eq!(to_units(Money::new(i64::MAX, Currency::TWD)), None);
    }

    proptest! {
        #[test]
        fn what_goes_out_comes_back(amount in 1_i64..1_000_000_000_000, currency in "TWD|JPY|USD|KWD|ISK") {
            let money = Money::new(amount, currency.parse().unwrap());
            let units = to_units(money).unwrap();
            prop_assert_eq!(from_units(units, &currency.to_lowercase()), Some(money));
        }
    }
}
