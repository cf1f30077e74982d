//! Money: an integer count of a currency's minor unit. No float goes in or comes out.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sqlx::{
    Decode, Encode, Postgres, Type, encode::IsNull, error::BoxDynError, postgres::PgTypeInfo,
    postgres::PgValueRef,
};

/// What money refuses to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Two currencies in one calculation.
    #[error("cannot combine {0} with {1}")]
    CurrencyMismatch(Currency, Currency),
    /// The result does not fit.
    #[error("the amount is out of range")]
    Overflow,
    /// Not three capital letters.
    #[error("not a currency code: {0:?}")]
    NotACurrency(String),
}

/// An ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// New Taiwan dollar; its minor unit is the dollar.
    pub const TWD: Self = Self(*b"TWD");

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency is made of capital letters only")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        match <[u8; 3]>::try_from(raw.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            _ => Err(MoneyError::NotACurrency(raw.to_owned())),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        raw.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl Type<Postgres> for Currency {
    fn type_info() -> PgTypeInfo {
        <str as Type<Postgres>>::type_info()
    }

    fn compatible(ty: &PgTypeInfo) -> bool {
        <str as Type<Postgres>>::compatible(ty)
    }
}

impl Encode<'_, Postgres> for Currency {
    fn encode_by_ref(
        &self,
        buf: &mut sqlx::postgres::PgArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        <&str as Encode<'_, Postgres>>::encode(self.as_str(), buf)
    }
}

impl<'r> Decode<'r, Postgres> for Currency {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(<&str as Decode<'r, Postgres>>::decode(value)?.parse()?)
    }
}

/// An amount of a currency's minor unit. Arithmetic is checked and refuses mixed currencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    amount: i64,
    currency: Currency,
}

impl Money {
    /// `amount` minor units of `currency`.
    #[must_use]
    pub const fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Nothing, in `currency`.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The count of minor units.
    #[must_use]
    pub const fn amount(&self) -> i64 {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// Adds; refuses another currency and overflow.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_add)
    }

    /// Subtracts; refuses another currency and overflow.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_sub)
    }

    /// Multiplies by a count; refuses overflow.
    pub fn checked_mul(self, count: i64) -> Result<Self, MoneyError> {
        let amount = self.amount.checked_mul(count).ok_or(MoneyError::Overflow)?;
        Ok(Self { amount, ..self })
    }

    /// Adds up `amounts`, all of `currency`; zero when there are none.
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyError> {
        amounts
            .into_iter()
            .try_fold(Self::zero(currency), Self::checked_add)
    }

    /// Splits the amount in proportion to `weights` by largest remainder, ties going to the first.
    ///
    /// The parts add up to the whole exactly. Weights below zero count as zero; when none is above
    /// zero, all count alike. Without weights there are no parts.
    #[must_use]
    pub fn allocate(&self, weights: &[i64]) -> Vec<Self> {
        let mut weights: Vec<i128> = weights.iter().map(|&w| i128::from(w.max(0))).collect();
        if weights.iter().all(|&weight| weight == 0) {
            weights.fill(1);
        }
        let total: i128 = weights.iter().sum();
        let whole = i128::from(self.amount.unsigned_abs());

        let mut parts: Vec<i128> = weights
            .iter()
            .map(|weight| whole * weight / total)
            .collect();
        let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
        by_remainder.sort_by_key(|&index| std::cmp::Reverse(whole * weights[index] % total));
        let left = whole - parts.iter().sum::<i128>();
        for &index in by_remainder
            .iter()
            .take(usize::try_from(left).unwrap_or(usize::MAX))
        {
            parts[index] += 1;
        }

        let sign = i128::from(self.amount.signum());
        parts
            .into_iter()
            .map(|part| {
                let amount =
                    i64::try_from(part * sign).expect("a part is no larger than the whole");
                Self {
                    amount,
                    currency: self.currency,
                }
            })
            .collect()
    }

    fn combine(
        self,
        other: Self,
        operation: fn(i64, i64) -> Option<i64>,
    ) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        let amount = operation(self.amount, other.amount).ok_or(MoneyError::Overflow)?;
        Ok(Self { amount, ..self })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.amount)
    }
}

impl From<Money> for proto::common::v1::Money {
    fn from(money: Money) -> Self {
        Self {
            amount: money.amount,
            currency: money.currency.to_string(),
        }
    }
}

impl TryFrom<proto::common::v1::Money> for Money {
    type Error = MoneyError;

    fn try_from(money: proto::common::v1::Money) -> Result<Self, Self::Error> {
        Ok(Self::new(money.amount, money.currency.parse()?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn twd(amount: i64) -> Money {
        Money::new(amount, Currency::TWD)
    }

    fn amounts(parts: &[Money]) -> Vec<i64> {
        parts.iter().map(Money::amount).collect()
    }

    #[test]
    fn mixed_currencies_are_refused() {
        let yen = Money::new(1, "JPY".parse().unwrap());
        assert_eq!(
            twd(1).checked_add(yen),
            Err(MoneyError::CurrencyMismatch(Currency::TWD, yen.currency())),
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(twd(i64::MAX).checked_add(twd(1)), Err(MoneyError::Overflow));
        assert_eq!(twd(i64::MIN).checked_sub(twd(1)), Err(MoneyError::Overflow));
        assert_eq!(twd(i64::MAX).checked_mul(2), Err(MoneyError::Overflow));
    }

    #[test]
    fn allocation_follows_the_largest_remainder() {
        let cases: &[(i64, &[i64], &[i64])] = &[
            (10, &[129, 54], &[7, 3]),
            (10, &[1, 1, 1], &[4, 3, 3]),
            (-10, &[1, 1, 1], &[-4, -3, -3]),
            (100, &[1, 2], &[33, 67]),
            (5, &[0, 3, 0], &[0, 5, 0]),
            (5, &[0, 0], &[3, 2]),
            (5, &[-1, 1], &[0, 5]),
            (5, &[], &[]),
        ];
        for (amount, weights, expected) in cases {
            assert_eq!(
                amounts(&twd(*amount).allocate(weights)),
                *expected,
                "{amount} by {weights:?}"
            );
        }
    }

    #[test]
    fn a_currency_is_three_capital_letters() {
        for raw in ["", "TW", "twd", "TWDX", "T1D", "台"] {
            assert!(raw.parse::<Currency>().is_err(), "{raw:?}");
        }
    }

    #[test]
    fn money_survives_the_wire() {
        let wire = proto::common::v1::Money::from(twd(-7));
        assert_eq!(Money::try_from(wire), Ok(twd(-7)));
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole(
            amount: i64, weights in prop::collection::vec(0_i64..i64::MAX, 1..12),
        ) {
            let parts = twd(amount).allocate(&weights);
            let total: i128 = parts.iter().map(|part| i128::from(part.amount())).sum();
            prop_assert_eq!(total, i128::from(amount));
        }

        #[test]
        fn no_part_is_a_unit_away_from_its_share(
            amount in -1_000_000_i64..1_000_000,
            weights in prop::collection::vec(0_i64..10_000, 1..12),
        ) {
            let total: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
            prop_assume!(total > 0);
            for (part, weight) in twd(amount).allocate(&weights).iter().zip(&weights) {
                let exact = i128::from(amount) * i128::from(*weight);
                prop_assert!((i128::from(part.amount()) * total - exact).abs() < total);
            }
        }
    }
}
