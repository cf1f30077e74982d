//! Amounts of the minor unit, rates in basis points, and how they are rounded. No floats.

use std::{
    iter::Sum,
    ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign},
};

/// Highest amount of a line and of an order, in the minor unit.
pub const MAX_AMOUNT: Amount = Amount(9_999_999);

/// An amount of the minor unit of the one currency of a cart.
///
/// Plain arithmetic suffices: [`Cart`](crate::Cart) and [`RuleSet`](crate::RuleSet) refuse what is
/// above [`MAX_AMOUNT`], so that no product of two amounts overflows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// `minor` units.
    #[must_use]
    pub const fn new(minor: i64) -> Self {
        Self(minor)
    }

    /// The count of minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Whether it is a price: 0 to [`MAX_AMOUNT`].
    #[must_use]
    pub const fn in_range(self) -> bool {
        0 <= self.0 && self.0 <= MAX_AMOUNT.0
    }

    /// Itself, or nothing when below zero.
    #[must_use]
    pub fn at_least_zero(self) -> Self {
        self.max(Self::ZERO)
    }

    /// Splits an amount that contains tax into the amount before tax, rounded half up, and the tax.
    #[must_use]
    pub fn split_tax_included(self, rate: Rate) -> (Self, Self) {
        let divisor = 10_000 + i64::from(rate.0);
        let before = Self((2 * self.0 * 10_000 + divisor) / (2 * divisor));
        (before, self - before)
    }
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Amount {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Amount {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Mul<i64> for Amount {
    type Output = Self;

    fn mul(self, times: i64) -> Self {
        Self(self.0 * times)
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Amount {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// A rate in basis points: 10,000 are the whole. 「打 85 折」 is 1,500 off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u32);

impl Rate {
    /// All of it.
    pub const WHOLE: Self = Self(10_000);

    /// `bp` basis points.
    #[must_use]
    pub const fn bp(bp: u32) -> Self {
        Self(bp)
    }

    /// The count of basis points.
    #[must_use]
    pub const fn as_bp(self) -> u32 {
        self.0
    }

    /// The rate of an amount that is not below zero, rounded half up.
    #[must_use]
    pub fn half_up(self, amount: Amount) -> Amount {
        self.exact(amount).half_up()
    }

    /// The rate of an amount that is not below zero, rounded down.
    #[must_use]
    pub fn floor(self, amount: Amount) -> Amount {
        Amount(self.exact(amount).0 / Exact::SCALE)
    }

    /// The rate of an amount, unrounded.
    pub(crate) fn exact(self, amount: Amount) -> Exact {
        Exact(amount.0 * i64::from(self.0))
    }
}

/// An unrounded saving in ten-thousandths of the minor unit; what rules are compared by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Exact(i64);

impl Exact {
    const SCALE: i64 = 10_000;
    pub const ZERO: Self = Self(0);

    pub fn half_up(self) -> Amount {
        Amount((self.0 + Self::SCALE / 2) / Self::SCALE)
    }
}

impl From<Amount> for Exact {
    fn from(amount: Amount) -> Self {
        Self(amount.0 * Self::SCALE)
    }
}

impl AddAssign for Exact {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Mul<i64> for Exact {
    type Output = Self;

    fn mul(self, times: i64) -> Self {
        Self(self.0 * times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_round_as_their_names_say() {
        let off = |rate, amount| {
            let (rate, amount) = (Rate::bp(rate), Amount::new(amount));
            (rate.half_up(amount).0, rate.floor(amount).0)
        };
        assert_eq!(off(1_000, 105), (11, 10));
        assert_eq!(off(500, 9), (0, 0));
        assert_eq!(off(500, 10), (1, 0));
        assert_eq!(off(2_000, 144), (29, 28));
        assert_eq!(off(10_000, 7), (7, 7));
    }

    #[test]
    fn tax_is_contained_in_an_amount() {
        let split = |amount| Amount::new(amount).split_tax_included(Rate::bp(500));
        assert_eq!(split(146), (Amount::new(139), Amount::new(7)));
        assert_eq!(split(0), (Amount::ZERO, Amount::ZERO));
        assert_eq!(split(10), (Amount::new(10), Amount::ZERO));
    }
}
