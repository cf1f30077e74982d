//! Discount the order from thresholds on.

use super::{Goods, Measured};
use crate::{
    amount::Amount,
    candidate::Candidate,
    explanation::{Action, Reason},
    portions::{Portions, Take},
    rules::{Discount, Measure, OrderDiscount},
};

pub(super) fn portions(
    candidate: &Candidate<'_>,
    goods: &Goods<'_>,
    discount: &OrderDiscount,
    measured: Measured,
) -> Result<Portions, Reason> {
    let reached = match discount.measure {
        Measure::Spend => measured.spend.minor(),
        Measure::Units => i64::from(measured.units),
    };
    let Some(step) = discount.thresholds.iter().rfind(|step| step.at <= reached) else {
        return Err(gap(discount, reached));
    };
    let times = match discount.repeats {
        true => (reached / step.at).min(i64::try_from(candidate.most_times()).unwrap_or(i64::MAX)),
        false => 1,
    };
    let units = goods.groups.units(candidate.mask);
    let units = units.map(|unit| (unit, candidate.part(goods.groups, unit, goods.nets[unit])));
    let action = Action::Reached {
        measure: discount.measure,
        at: step.at,
        off: step.off,
    };
    let mut portions = Portions::new(action, u32::try_from(times).unwrap_or(u32::MAX));
    let take = match step.off {
        Discount::Percent(rate) => Take::Rate(rate),
        Discount::Amount(amount) => Take::Amount(amount * times),
    };
    portions.push(units, take);
    Ok(portions)
}

fn gap(discount: &OrderDiscount, reached: i64) -> Reason {
    let gap = discount
        .thresholds
        .first()
        .map_or(0, |step| step.at - reached);
    match discount.measure {
        Measure::Spend => Reason::MinSpend {
            gap: Amount::new(gap),
        },
        Measure::Units => Reason::MinQuantity {
            gap: u32::try_from(gap).unwrap_or(u32::MAX),
        },
    }
}
