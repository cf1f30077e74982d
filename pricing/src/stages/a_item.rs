//! A 單品: at most one rule an item, the one that saves most on it, exactly and unrounded.

use crate::{
    amount::{Amount, Exact},
    bill::Bill,
    candidate::Candidate,
    effects::{item_portions, item_value},
    explanation::Reason,
    groups::Mask,
    rules::{Effect, UnitDiscount},
};

/// A rule that may act.
struct Contender {
    index: usize,
    off: UnitDiscount,
    /// Groups it saves most on.
    won: Mask,
    /// What it would save on all.
    alone: Exact,
}

/// Lets each item be taken by its best rule. `rules` are in the order of their rank.
pub(crate) fn run(bill: &mut Bill<'_>, candidates: &[Candidate<'_>], rules: &[usize]) {
    if rules.is_empty() {
        return;
    }
    for contender in contenders(bill, candidates, rules) {
        let index = contender.index;
        let candidate = &candidates[index];
        if contender.won.is_empty() {
            let reason = match candidate.within_limit(contender.alone).half_up() {
                Amount::ZERO if candidate.mask.is_empty() => Reason::ExcludedItems,
                Amount::ZERO => Reason::NoEffect,
                saving => Reason::LostToBetter { saving },
            };
            bill.reject(index, reason);
            continue;
        }
        let goods = bill.goods_for(&[]);
        let portions = item_portions(candidate, contender.won, &goods, contender.off);
        bill.apply(index, candidate, &portions);
    }
}

fn contenders(
    bill: &mut Bill<'_>,
    candidates: &[Candidate<'_>],
    rules: &[usize],
) -> Vec<Contender> {
    let entry = bill.entry();
    let mut best = vec![(Exact::ZERO, None); bill.groups.items.len()];
    let mut contenders: Vec<Contender> = Vec::with_capacity(rules.len());
    for (index, _) in super::judge(bill, candidates, rules, &entry) {
        let candidate = &candidates[index];
        let Effect::Item(off) = candidate.rule.effect else {
            continue;
        };
        let mut alone = Exact::ZERO;
        for group in candidate.mask.iter() {
            let saving = saving(bill, candidate, off, group);
            alone += saving;
            if saving > best[group].0 {
                best[group] = (saving, Some(contenders.len()));
            }
        }
        contenders.push(Contender {
            index,
            off,
            won: Mask::NONE,
            alone,
        });
    }
    for (group, (_, by)) in best.into_iter().enumerate() {
        if let Some(by) = by {
            contenders[by].won = contenders[by].won.with(group);
        }
    }
    contenders
}

/// What a rule saves on one group, all units of which still cost the same.
fn saving(bill: &Bill<'_>, candidate: &Candidate<'_>, off: UnitDiscount, group: usize) -> Exact {
    let units = bill.groups.items[group].units.clone();
    let part = candidate.part(bill.groups, units.start, bill.nets[units.start]);
    let count = units.len().min(candidate.most_times());
    let exact = item_value(off, part) * i64::try_from(count).unwrap_or(i64::MAX);
    candidate.within_limit(exact)
}
