//! B 多件: rules by priority, of equal priority the one that saves most on the units still free.

use std::collections::BTreeMap;

use crate::{
    amount::{Amount, Exact},
    bill::Bill,
    candidate::Candidate,
    effects::{Goods, Measured, missing, portions},
    explanation::Reason,
    groups::Mask,
    portions::Portions,
    stacking::keep_best_of_groups,
};

/// What a rule takes, and what that saves.
type Offer = (Exact, Result<Portions, Reason>);

/// A rule that waits for its turn.
struct Waiting {
    index: usize,
    measured: Measured,
    /// What it would save, had it all units.
    alone: Exact,
    /// What it would take from the units still free; none when that must be found out anew.
    offer: Option<Offer>,
}

/// Lets rules form sets. `rules` are in the order of their rank.
pub(crate) fn run(bill: &mut Bill<'_>, candidates: &[Candidate<'_>], rules: &[usize]) {
    if rules.is_empty() {
        return;
    }
    let mut used = vec![false; bill.nets.len()];
    let mut waiting = waiting(bill, candidates, rules, &used);
    while let Some(first) = waiting.first() {
        let priority = candidates[first.index].rule.priority;
        let mut best = (0, Exact::ZERO);
        for (at, one) in waiting.iter_mut().enumerate() {
            let candidate = &candidates[one.index];
            if candidate.rule.priority != priority {
                break;
            }
            let goods = bill.goods_for(&used);
            let offer = one
                .offer
                .get_or_insert_with(|| offer(candidate, &goods, one.measured));
            if offer.0 > best.1 {
                best = (at, offer.0);
            }
        }
        let one = waiting.remove(best.0);
        let offer = match one.offer {
            Some((exact, Ok(offer))) if exact > Exact::ZERO => offer,
            _ => {
                reject(bill, candidates, one.index, one.alone);
                continue;
            }
        };
        if bill.apply(one.index, &candidates[one.index], &offer) {
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

/// The rules that may act, of each exclusion group the best, with what they would take alone.
fn waiting(
    bill: &mut Bill<'_>,
    candidates: &[Candidate<'_>],
    rules: &[usize],
    used: &[bool],
) -> Vec<Waiting> {
    let entry = bill.entry();
    let judged = super::judge(bill, candidates, rules, &entry);
    let mut waiting: Vec<_> = judged
        .into_iter()
        .map(|(index, measured)| {
            let offer = offer(&candidates[index], &bill.goods_for(used), measured);
            Waiting {
                index,
                measured,
                alone: offer.0,
                offer: Some(offer),
            }
        })
        .collect();
    let alone: BTreeMap<_, _> = waiting.iter().map(|one| (one.index, one.alone)).collect();
    let mut kept: Vec<_> = alone.keys().copied().collect();
    for (index, alone) in keep_best_of_groups(candidates, &mut kept, |index| alone[&index]) {
        reject(bill, candidates, index, alone);
    }
    waiting.retain(|one| kept.contains(&one.index));
    waiting
}

fn offer(candidate: &Candidate<'_>, goods: &Goods<'_>, measured: Measured) -> Offer {
    let portions = portions(candidate, goods, measured);
    let exact = portions.as_ref().map_or(Exact::ZERO, Portions::exact);
    (candidate.within_limit(exact), portions)
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
