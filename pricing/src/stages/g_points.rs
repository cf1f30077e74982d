//! G 點數折抵: as many of the points the customer asks as the cap allows.

use std::{rc::Rc, sync::Arc};

use crate::{
    allocation::allocate,
    amount::Amount,
    bill::{Applied, Bill, UsedPoints},
    explanation::{Action, Reason, Stage, Why},
    groups::Mask,
    points::{Programme, Redeeming},
    portions::{Portions, Take},
};

/// Uses points on the groups in `mask`. An error says why none can be used.
pub(crate) fn run(
    bill: &mut Bill<'_>,
    (programme, redeeming): (&Programme, &Redeeming),
    mask: Mask,
    (requested, balance): (u32, u32),
) -> Result<UsedPoints, Reason> {
    if requested > balance {
        return Err(Reason::PointsInsufficient { balance });
    }
    let Redeeming { fewest, step, .. } = *redeeming;
    if requested < fewest || requested % step != 0 {
        return Err(Reason::PointsStep { fewest, step });
    }
    let units: Vec<_> = bill
        .groups
        .units(mask)
        .map(|unit| (unit, bill.nets[unit]))
        .collect();
    let goods: Amount = units.iter().map(|(_, net)| *net).sum();
    if goods < redeeming.min_spend {
        return Err(Reason::MinSpend {
            gap: redeeming.min_spend - goods,
        });
    }
    let used = redeeming.usable(requested, redeeming.cap.floor(goods));
    let off = redeeming.worth(used);
    if off == Amount::ZERO {
        return Err(Reason::NoEffect);
    }
    if used < fewest {
        return Err(Reason::PointsCapped);
    }
    if bill.cap_left.is_some_and(|left| left < off) {
        return Err(Reason::DiscountCap);
    }

    let action = Action::Points { points: used };
    let mut portions = Portions::new(action, used);
    portions.push(units, Take::Amount(off));
    let by_unit = Rc::new(by_unit(bill, &portions, used));
    let shares = bill.take(&portions, off);
    if let Some(left) = &mut bill.cap_left {
        *left -= off;
    }
    bill.applied.push(Rc::new(Applied {
        candidate: None,
        rule: programme.id,
        version: programme.version,
        name: Arc::clone(&programme.name),
        stage: Stage::Points,
        shares,
        fee: None,
        off,
        why: Why {
            action,
            times: used,
            off,
            limited: used < requested,
        },
    }));
    let capped = redeeming.worth(requested) > off;
    Ok(UsedPoints {
        used,
        by_unit,
        capped,
    })
}

/// Points by unit. They are a quantity of their own, since a point need not be a dollar: by group,
/// then by unit, in proportion to what points found there.
fn by_unit(bill: &Bill<'_>, portions: &Portions, used: u32) -> Vec<u32> {
    let mut shares = vec![0; bill.nets.len()];
    let runs: Vec<_> = portions
        .units
        .chunk_by(|&one, &other| bill.groups.of_unit[one] == bill.groups.of_unit[other])
        .collect();
    let nets = |units: &[usize]| -> Vec<i64> {
        units.iter().map(|&unit| bill.nets[unit].minor()).collect()
    };
    let sums: Vec<i64> = runs.iter().map(|units| nets(units).iter().sum()).collect();
    for (units, points) in runs.iter().zip(allocate(i64::from(used), &sums)) {
        for (&unit, share) in units.iter().zip(allocate(points, &nets(units))) {
            shares[unit] = u32::try_from(share).unwrap_or(u32::MAX);
        }
    }
    shares
}
