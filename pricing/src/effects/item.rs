//! Units for less, each by itself.

use super::Goods;
use crate::{
    amount::{Amount, Exact},
    candidate::Candidate,
    explanation::Action,
    groups::Mask,
    portions::{Portions, Take},
    rules::UnitDiscount,
};

/// From the most expensive units of some groups when there is a limit, else from all. A rate is computed
/// once over all of them.
pub(crate) fn portions(
    candidate: &Candidate<'_>,
    mask: Mask,
    goods: &Goods<'_>,
    off: UnitDiscount,
) -> Portions {
    let part = |unit: usize| candidate.part(goods.groups, unit, goods.nets[unit]);
    let mut units: Vec<_> = goods
        .groups
        .units(mask)
        .map(|unit| (unit, part(unit)))
        .collect();
    let most = candidate.most_times();
    if units.len() > most {
        units.sort_by_key(|(unit, part)| (std::cmp::Reverse(*part), *unit));
        units.truncate(most);
        units.sort_unstable();
    }
    let times = u32::try_from(units.len()).unwrap_or(u32::MAX);
    let mut portions = Portions::new(Action::Item(off), times);
    push_units(&mut portions, &units, off);
    portions
}

/// Adds what sorted units lose.
pub(super) fn push_units(portions: &mut Portions, units: &[(usize, Amount)], off: UnitDiscount) {
    match off {
        UnitDiscount::Percent(_) if units.is_empty() => {}
        UnitDiscount::Percent(rate) => portions.push(units.iter().copied(), Take::Rate(rate)),
        UnitDiscount::Amount(_) | UnitDiscount::Price(_) => {
            for &(unit, part) in units {
                portions.push([(unit, part)], take(off, part));
            }
        }
    }
}

/// What one unit loses.
pub(super) fn take(off: UnitDiscount, part: Amount) -> Take {
    match off {
        UnitDiscount::Percent(rate) => Take::Rate(rate),
        UnitDiscount::Amount(amount) => Take::Amount(amount),
        UnitDiscount::Price(price) => Take::Amount((part - price).at_least_zero()),
    }
}

impl Take {
    /// The same of an amount, unrounded.
    pub(super) fn exact(self, part: Amount) -> Exact {
        match self {
            Self::Rate(rate) => rate.exact(part),
            Self::Amount(amount) => amount.min(part).into(),
        }
    }
}
