//! What is booked of a settlement: its sums are rounded half up once, the fee's and the payout's apart, and
//! what that leaves goes to the rounding account. Later matches and decisions book the change of the rounded
//! sums, so that a settlement is always booked as if all of it had come at once.

use super::{Decided, E4, Row, Sums, amount::half_up};

/// Entries of a settlement; a debit is above zero, and their sum is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Booked {
    /// Paid out to the bank account.
    pub bank: i64,
    /// Fees.
    pub fees: i64,
    /// What rounding leaves.
    pub rounding: i64,
    /// Taken off what the provider holds.
    pub clearing: i64,
}

impl Booked {
    /// Entries whose sum is zero by what is left for rounding.
    #[must_use]
    pub const fn balanced(bank: i64, fees: i64, clearing: i64) -> Self {
        Self {
            bank,
            fees,
            clearing,
            rounding: -(bank + fees + clearing),
        }
    }

    /// The entries of rows with these sums.
    #[must_use]
    pub const fn of(sums: &Sums) -> Self {
        Self::balanced(
            half_up(sums.net_e4()),
            half_up(sums.fee_e4),
            -half_up(sums.amount_e4),
        )
    }

    /// What is to be booked on top of `earlier`.
    #[must_use]
    pub const fn since(&self, earlier: &Self) -> Self {
        Self {
            bank: self.bank - earlier.bank,
            fees: self.fees - earlier.fees,
            rounding: self.rounding - earlier.rounding,
            clearing: self.clearing - earlier.clearing,
        }
    }

    /// Its parts by groups with these sums, the largest remainders first; together they are exactly `self`,
    /// and each of them balances.
    #[must_use]
    pub fn split(&self, groups: &[Sums]) -> Vec<Self> {
        let parts = |whole: i64, of: fn(&Sums) -> i64| {
            let exact: Vec<i64> = groups.iter().map(of).collect();
            split(whole, &exact)
        };
        let bank = parts(self.bank, Sums::net_e4);
        let fees = parts(self.fees, |sums| sums.fee_e4);
        let clearing = parts(self.clearing, |sums| -sums.amount_e4);
        let parts = bank.into_iter().zip(fees).zip(clearing);
        parts
            .map(|((bank, fees), clearing)| Self::balanced(bank, fees, clearing))
            .collect()
    }
}

/// Whole parts of `whole`, each next to its exact value.
fn split(whole: i64, exact_e4: &[i64]) -> Vec<i64> {
    if exact_e4.is_empty() {
        return Vec::new();
    }
    let mut parts: Vec<i64> = exact_e4.iter().map(|exact| exact.div_euclid(E4)).collect();
    let left = whole - parts.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|&index| {
        let remainder = exact_e4[index].rem_euclid(E4);
        if left < 0 { remainder } else { -remainder }
    });
    let count = i64::try_from(parts.len()).unwrap_or(i64::MAX);
    for (place, &index) in (0..).zip(&order) {
        parts[index] += left / count;
        if place < (left % count).abs() {
            parts[index] += left.signum();
        }
    }
    parts
}

/// What is booked of a row; nothing where it concerns nobody's money that is known.
#[must_use]
pub fn booked_sums(row: &Row) -> Sums {
    let as_fee = row.decided.as_ref().is_some_and(Decided::books);
    let (amount_e4, fee_e4) = (row.file.amount_e4, row.file.fee_e4);
    let difference = row.verdict.difference_e4;
    match (row.verdict.booked, as_fee) {
        (true, false) => Sums { amount_e4, fee_e4 },
        // The provider holds what was recorded, and what it did not pay out of that is its fee.
        (true, true) => Sums {
            amount_e4: amount_e4 - difference,
            fee_e4: fee_e4 - difference,
        },
        (false, true) => Sums {
            amount_e4: 0,
            fee_e4: -row.file.net_e4(),
        },
        (false, false) => Sums::default(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        samples::{decided, row},
        settlement::{Cause, Decision, RowKind},
    };

    #[test]
    fn fees_are_rounded_once_for_the_settlement_and_the_rest_is_rounding() {
        let sums = |amount, fee_e4| Sums {
            amount_e4: amount * E4,
            fee_e4,
        };
        let cases = [
            // Three payments of 165 at 2.75 %: 13.6125 of fees in all, not 3 × 5.
            (sums(495, 3 * 45_375), (481, 14, 0, -495)),
            // A half on both sides goes up on both: a dollar of rounding.
            (sums(165, 45_000), (161, 5, -1, -165)),
            (sums(165, 0), (165, 0, 0, -165)),
            (sums(-165, 0), (-165, 0, 0, 165)),
            (sums(0, 3_000_000), (-300, 300, 0, 0)),
        ];
        for (sums, (bank, fees, rounding, clearing)) in cases {
            let expected = Booked {
                bank,
                fees,
                rounding,
                clearing,
            };
            assert_eq!(Booked::of(&sums), expected);
        }
    }

    #[test]
    fn a_decision_books_the_difference_as_a_fee_and_leaves_the_payout() {
        // The file has 160 where 165 were captured.
        let mut short = row(RowKind::Payment, 160 * E4, 4 * E4);
        short.verdict.cause = Some(Cause::Amount);
        short.verdict.difference_e4 = -5 * E4;
        short.verdict.booked = true;
        let before = Booked::of(&booked_sums(&short));
        assert_eq!((before.bank, before.fees, before.clearing), (156, 4, -160));
        short.decided = Some(decided(Decision::BookAsFee));
        let after = Booked::of(&booked_sums(&short));
        assert_eq!((after.bank, after.fees, after.clearing), (156, 9, -165));

        // A monthly fee that belongs to no payment is booked once somebody decides so.
        let mut monthly = row(RowKind::Adjustment, -300 * E4, 0);
        monthly.verdict.cause = Some(Cause::Adjustment);
        assert_eq!(booked_sums(&monthly), Sums::default());
        monthly.decided = Some(decided(Decision::Accept));
        assert_eq!(booked_sums(&monthly), Sums::default());
        monthly.decided = Some(decided(Decision::BookAsFee));
        let booked = Booked::of(&booked_sums(&monthly));
        assert_eq!((booked.bank, booked.fees, booked.clearing), (-300, 300, 0));
    }

    fn sums() -> impl Strategy<Value = Sums> {
        (
            -10_000_000_000_i64..10_000_000_000,
            -1_000_000_i64..1_000_000,
        )
            .prop_map(|(amount_e4, fee_e4)| Sums { amount_e4, fee_e4 })
    }

    proptest! {
        #[test]
        fn entries_balance_and_rounding_is_never_more_than_a_dollar(sums in sums()) {
            let booked = Booked::of(&sums);
            prop_assert_eq!(booked.bank + booked.fees + booked.rounding + booked.clearing, 0);
            prop_assert!(booked.rounding.abs() <= 1, "{booked:?}");
        }

        #[test]
        fn parts_of_branches_are_exactly_the_whole_and_balance(
            groups in prop::collection::vec(sums(), 1..6), earlier in sums(),
        ) {
            let mut all = earlier;
            for group in &groups {
                all.amount_e4 += group.amount_e4;
                all.fee_e4 += group.fee_e4;
            }
            let whole = Booked::of(&all).since(&Booked::of(&earlier));
            let parts = whole.split(&groups);
            let mut total = Booked::default();
            for (part, group) in parts.iter().zip(&groups) {
                prop_assert_eq!(part.bank + part.fees + part.rounding + part.clearing, 0);
                prop_assert!((part.bank * E4 - group.net_e4()).abs() <= 2 * E4);
                total = Booked::balanced(
                    total.bank + part.bank, total.fees + part.fees, total.clearing + part.clearing,
                );
            }
            prop_assert_eq!(total, whole);
        }
    }
}
