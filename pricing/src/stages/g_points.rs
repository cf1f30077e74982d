//! G 點數折抵: as many of the points the customer asks as the cap allows.

use std::{rc::Rc, sync::Arc};

use crate::{
    allocation::allocate,
    amount::Amount,
    bill::{Applied, Bill, UsedPoints},
    explanation::{Action, Explanation, Reason, Stage},
    groups::Mask,
    points::{PointsProgram, Redeeming},
    portions::{Portions, Take},
};

/// Uses points on the groups in `mask`. An error says why none can be used.
pub(crate) fn run(
    bill: &mut Bill<'_>,
    (program, redeeming): (&PointsProgram, &Redeeming),
    mask: Mask,
    (requested, balance): (u32, u32),
) -> Result<UsedPoints, Reason> {
    if requested > balance {
        return Err(Reason::PointsInsufficient { balance });
    }
    let Redeeming {
        min_points, step, ..
    } = *redeeming;
    if requested < min_points || requested % step != 0 {
        return Err(Reason::PointsStep { min_points, step });
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
        let worth = redeeming.worth(requested).min(goods);
        return Err(match worth {
            Amount::ZERO => Reason::NoEffect,
            _ => Reason::PointsCapped,
        });
    }
    if used < min_points {
        return Err(Reason::PointsCapped);
    }
    if bill.cap_left.is_some_and(|left| left < off) {
        return Err(Reason::DiscountCap);
    }

    let action = Action::Points { points: used };
    let mut portions = Portions::new(action, used);
    portions.push(units, Take::Amount(off));
    let shares = bill.take(&portions, off);
    if let Some(left) = &mut bill.cap_left {
        *left -= off;
    }
    bill.applied.push(Rc::new(Applied {
        candidate: None,
        rule: program.id,
        version: program.version,
        name: Arc::clone(&program.name),
        stage: Stage::Points,
        shares,
        fee: None,
        off,
        why: Explanation {
            action,
            times: used,
            off,
            limited: used < requested,
        },
    }));
    let capped = redeeming.worth(requested) > off;
    Ok(UsedPoints { used, capped })
}

/// Points by unit. They are a quantity of their own, since a point need not be a dollar: by group,
/// then by unit of those that points paid for, in proportion to what points found there.
pub(crate) fn by_unit(bill: &Bill<'_>) -> Vec<u32> {
    let mut by_unit = vec![0; bill.nets.len()];
    let of_points = bill
        .applied
        .iter()
        .find(|applied| applied.stage == Stage::Points);
    let (Some(points), Some(applied)) = (bill.points_used(), of_points) else {
        return by_unit;
    };
    // Nothing takes from goods after points.
    let found: Vec<_> = applied
        .shares
        .iter()
        .map(|(unit, share)| (*unit, bill.nets[*unit].minor() + share))
        .collect();
    let runs: Vec<_> = found
        .chunk_by(|(one, _), (other, _)| bill.groups.of_unit[*one] == bill.groups.of_unit[*other])
        .collect();
    let amounts = |run: &[(usize, i64)]| run.iter().map(|(_, amount)| *amount).collect::<Vec<_>>();
    let sums: Vec<i64> = runs.iter().map(|run| amounts(run).iter().sum()).collect();
    for (run, points) in runs.iter().zip(allocate(i64::from(points.used), &sums)) {
        for ((unit, _), share) in run.iter().zip(allocate(points, &amounts(run))) {
            by_unit[*unit] = u32::try_from(share).unwrap_or(u32::MAX);
        }
    }
    by_unit
}
