//! What each effect on goods takes, from the amounts as they are.

mod add_on;
mod item;
mod order;
mod sets;

use crate::{
    amount::{Amount, Exact},
    candidate::{Candidate, GiftState},
    explanation::{Action, Reason},
    groups::Groups,
    portions::Portions,
    rules::{Effect, SetPricing, UnitDiscount},
};

pub(crate) use add_on::portions as add_on_portions;
pub(crate) use item::portions as item_portions;
pub(crate) use sets::missing;

/// Goods as a rule finds them.
pub(crate) struct Goods<'a> {
    pub groups: &'a Groups,
    /// Amount of each unit now.
    pub nets: &'a [Amount],
    /// Whether a set has taken it in this stage.
    pub used: &'a [bool],
}

/// What counts for a rule on entry to its stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measured {
    pub spend: Amount,
    pub units: u32,
}

/// What a rule takes from goods, or why it takes nothing.
pub(crate) fn portions(
    candidate: &Candidate<'_>,
    goods: &Goods<'_>,
    measured: Measured,
) -> Result<Portions, Reason> {
    Ok(match &candidate.rule.effect {
        Effect::Item(off) => item::portions(candidate, candidate.mask, goods, *off),
        Effect::NthUnit { n, off, take_from } => {
            let portions = Portions::new(Action::NthUnit { n: *n, off: *off }, 0);
            sets::some_of_each(candidate, goods, portions, n - 1, (*off, *take_from))
        }
        Effect::BuyGet {
            buy,
            get,
            off,
            take_from,
            ..
        } => {
            let action = Action::BuyGet {
                buy: *buy,
                get: *get,
                off: *off,
            };
            let portions = Portions::new(action, 0);
            sets::some_of_each(candidate, goods, portions, *buy, (*off, *take_from))
        }
        Effect::AnyN { n, price } => {
            let portions = Portions::new(
                Action::AnyN {
                    n: *n,
                    price: *price,
                },
                0,
            );
            sets::whole(candidate, goods, portions, *price)
        }
        Effect::Bundle { price, .. } => {
            let portions = Portions::new(Action::Bundle { price: *price }, 0);
            sets::whole(candidate, goods, portions, SetPricing::Fixed(*price))
        }
        Effect::Order(discount) => order::portions(candidate, goods, discount, measured)?,
        Effect::Gift { .. }
        | Effect::AddOn(_)
        | Effect::DeliveryOff(_)
        | Effect::MultiplyPoints { .. } => return Err(Reason::NoEffect),
    })
}

/// What a rule saves on goods, unrounded, within its own limit; nothing where it may not act.
pub(crate) fn value(candidate: &Candidate<'_>, goods: &Goods<'_>, measured: Measured) -> Exact {
    let exact = match &candidate.rule.effect {
        Effect::Gift { .. } if candidate.gift != GiftState::Given => Exact::ZERO,
        Effect::Gift { gift, repeats } => {
            let times = gift_times(candidate, *repeats, measured);
            Exact::from(gift.list * i64::from(gift.quantity) * i64::from(times))
        }
        Effect::AddOn(items) => {
            let mut saving = Exact::ZERO;
            for (item, bought) in items.iter().zip(&candidate.slots) {
                saving += add_on_portions(goods, *item, *bought).exact();
            }
            saving
        }
        _ => portions(candidate, goods, measured).map_or(Exact::ZERO, |portions| portions.exact()),
    };
    candidate.within_limit(exact)
}

/// Saving of an item rule on one unit with this part.
pub(crate) fn item_value(off: UnitDiscount, part: Amount) -> Exact {
    item::take(off, part).exact(part)
}

/// How often a gift is given, its minimum being reached.
pub(crate) fn gift_times(candidate: &Candidate<'_>, repeats: bool, measured: Measured) -> u32 {
    if !repeats {
        return 1;
    }
    let minimum = &candidate.rule.conditions.minimum;
    let by_spend =
        (minimum.spend > Amount::ZERO).then(|| measured.spend.minor() / minimum.spend.minor());
    let by_units = (minimum.units > 0).then(|| i64::from(measured.units / minimum.units));
    let times = by_spend.into_iter().chain(by_units).min().unwrap_or(1);
    let most = candidate.most_times();
    u32::try_from(usize::try_from(times).unwrap_or(0).min(most)).unwrap_or(u32::MAX)
}
