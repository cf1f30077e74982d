//! Points earned by what is paid for goods.

use crate::{
    amount::{Amount, Rate},
    bill::Bill,
    candidate::Candidate,
    explanation::{Earned, Reason},
    groups::Mask,
    points::Earning,
    rules::Effect,
    stacking::keep_best_of_groups,
};

/// Notes which factors count. `rules` are in the order of their rank.
pub(crate) fn run(bill: &mut Bill<'_>, candidates: &[Candidate<'_>], rules: &[usize]) {
    if rules.is_empty() {
        return;
    }
    let entry = bill.entry();
    let judged = super::judge(bill, candidates, rules, &entry);
    let mut kept: Vec<_> = judged.into_iter().map(|(index, _)| index).collect();
    let lost = keep_best_of_groups(candidates, &mut kept, |index| factor(&candidates[index]).0);
    let mut outdone: Vec<_> = lost.into_iter().map(|(index, _)| index).collect();

    let highest = kept
        .iter()
        .copied()
        .filter(|&index| !factor(&candidates[index]).1)
        .reduce(|best, index| {
            let larger = factor(&candidates[index]).0 > factor(&candidates[best]).0;
            if larger { index } else { best }
        });
    kept.retain(|&index| {
        let counts = factor(&candidates[index]).1 || highest == Some(index);
        if !counts {
            outdone.push(index);
        }
        counts
    });
    bill.multipliers = kept;
    for index in outdone {
        bill.reject(
            index,
            Reason::LostToBetter {
                saving: Amount::ZERO,
            },
        );
    }
}

/// What the goods in `mask` earn.
pub(crate) fn earned(
    bill: &Bill<'_>,
    candidates: &[Candidate<'_>],
    earning: &Earning,
    mask: Mask,
) -> Earned {
    let base = bill.groups.units(mask).map(|unit| bill.nets[unit]).sum();
    let mut highest = Rate::WHOLE;
    let mut added = 0;
    for &index in &bill.multipliers {
        let (factor, adds) = factor(&candidates[index]);
        if adds {
            added += factor.as_bp() - Rate::WHOLE.as_bp();
        } else {
            highest = highest.max(factor);
        }
    }
    let factor = Rate::bp(highest.as_bp() + added);
    Earned {
        base,
        factor,
        points: earning.points(base, factor),
    }
}

fn factor(candidate: &Candidate<'_>) -> (Rate, bool) {
    match candidate.rule.effect {
        Effect::MultiplyPoints { factor, adds } => (factor, adds),
        _ => (Rate::WHOLE, false),
    }
}
