//! B 多件: rules by priority, of equal priority the one that saves most on the units still free.

use crate::{
    amount::{Amount, Exact},
    bill::Bill,
    candidate::Candidate,
    effects::{Goods, Measured, missing, portions, value},
    explanation::Reason,
    groups::Mask,
    portions::Portions,
    stacking::keep_best_of_groups,
};

/// A rule that waits for its turn.
struct Waiting {
    index: usize,
    measured: Measured,
    /// What it would take from the units still free; none when that must be found out anew.
    offer: Option<(Exact, Portions)>,
}

/// Lets rules form sets. `rules` are in the order of their rank.
pub(crate) fn run(bill: &mut Bill<'_>, candidates: &[Candidate<'_>], rules: &[usize]) {
    let entry = bill.entry();
    let mut used = vec![false; bill.nets.len()];
    let judged = super::judge(bill, candidates, rules, &entry);
    let mut kept: Vec<_> = judged.iter().map(|(index, _)| *index).collect();
    let lost = keep_best_of_groups(candidates, &mut kept, |index| {
        let candidate = &candidates[index];
        value(candidate, &bill.goods_for(&used), entry.measure(candidate))
    });
    for (index, saving) in lost {
        reject(bill, candidates, index, saving);
    }
    let of_kept = judged.into_iter().filter(|(index, _)| kept.contains(index));
    let mut waiting: Vec<_> = of_kept
        .map(|(index, measured)| Waiting {
            index,
            measured,
            offer: None,
        })
        .collect();

    while let Some(first) = waiting.first() {
        let priority = candidates[first.index].rule.priority;
        let equal = |one: &&mut Waiting| candidates[one.index].rule.priority == priority;
        for one in waiting
            .iter_mut()
            .take_while(equal)
            .filter(|one| one.offer.is_none())
        {
            let candidate = &candidates[one.index];
            let offer = portions(candidate, &bill.goods_for(&used), one.measured);
            one.offer = offer
                .ok()
                .map(|offer| (candidate.within_limit(offer.exact()), offer));
        }
        let saving = |one: &Waiting| one.offer.as_ref().map_or(Exact::ZERO, |(exact, _)| *exact);
        let mut best = 0;
        for (at, one) in waiting.iter().enumerate().skip(1) {
            if candidates[one.index].rule.priority == priority
                && saving(one) > saving(&waiting[best])
            {
                best = at;
            }
        }
        let one = waiting.remove(best);
        let index = one.index;
        let candidate = &candidates[index];
        let Some((_, offer)) = one.offer.filter(|(exact, _)| *exact > Exact::ZERO) else {
            let unused = vec![false; used.len()];
            let before = Goods {
                nets: &entry.nets,
                used: &unused,
                groups: bill.groups,
            };
            let saving = value(candidate, &before, one.measured);
            reject(bill, candidates, index, saving);
            continue;
        };
        if bill.apply(index, candidate, &offer) {
            let mut touched = Mask::NONE;
            for &unit in &offer.taken {
                used[unit] = true;
                touched = touched.with(bill.groups.of_unit[unit]);
            }
            for other in &mut waiting {
                if !(candidates[other.index].fits() & touched).is_empty() {
                    other.offer = None;
                }
            }
        }
    }
}

/// Notes that a rule which would save so much, had it all units, takes nothing.
fn reject(bill: &mut Bill<'_>, candidates: &[Candidate<'_>], index: usize, saving: Exact) {
    let gap = missing(&candidates[index], bill.groups);
    let reason = match saving.half_up() {
        Amount::ZERO if gap > 0 => Reason::MinQuantity { gap },
        Amount::ZERO => Reason::NoEffect,
        saving => Reason::LostToBetter { saving },
    };
    bill.reject(index, reason);
}

impl Candidate<'_> {
    /// Groups with units that fit a slot.
    fn fits(&self) -> Mask {
        self.slots
            .iter()
            .fold(Mask::NONE, |mask, (slot, _)| mask | *slot)
    }
}
