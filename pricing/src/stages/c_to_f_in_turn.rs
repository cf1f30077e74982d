//! C 全單, D VIP, E 優惠碼, F 優惠券: one after another by rank on the amounts as they are, while
//! conditions see the amounts on entry. A unit is in the set of one rule of the stage at most.

use crate::{
    amount::{Amount, Exact},
    bill::{Bill, GivenGift},
    candidate::Candidate,
    effects::{Measured, add_on_portions, gift_times, missing, portions, value},
    explanation::Reason,
    rules::{Effect, GiftItem, OfferedItem},
    stacking::keep_best_of_groups,
};

/// Lets the rules of one stage act. `rules` are in the order of their rank.
pub(crate) fn run(bill: &mut Bill<'_>, candidates: &[Candidate<'_>], rules: &[usize]) {
    if rules.is_empty() {
        return;
    }
    let entry = bill.entry();
    let mut used = vec![false; bill.nets.len()];
    let judged = super::judge(bill, candidates, rules, &entry);
    let mut kept: Vec<_> = judged.iter().map(|(index, _)| *index).collect();
    let lost = keep_best_of_groups(candidates, &mut kept, |index| {
        let candidate = &candidates[index];
        value(candidate, &bill.goods_for(&used), entry.measure(candidate))
    });
    for (index, saving) in lost {
        let reason = match saving.half_up() {
            Amount::ZERO => {
                let candidate = &candidates[index];
                nothing_to_take(bill, candidate, &entry.measure(candidate))
            }
            saving => Reason::LostToBetter { saving },
        };
        bill.reject(index, reason);
    }
    for (index, measured) in judged {
        if !kept.contains(&index) {
            continue;
        }
        let candidate = &candidates[index];
        match &candidate.rule.effect {
            Effect::Gift { gift, repeats } => {
                let times = gift_times(candidate, *repeats, measured);
                give(bill, candidate, index, (gift, times));
            }
            Effect::AddOn(items) => offer(bill, candidate, index, items),
            _ if candidate.mask.is_empty() => bill.reject(index, Reason::ExcludedItems),
            _ => match portions(candidate, &bill.goods_for(&used), measured) {
                Err(reason) => bill.reject(index, reason),
                Ok(portions) if portions.exact() == Exact::ZERO => {
                    let reason = nothing_to_take(bill, candidate, &measured);
                    bill.reject(index, reason);
                }
                Ok(portions) => {
                    if bill.apply(index, candidate, &portions) {
                        for &unit in &portions.taken {
                            used[unit] = true;
                        }
                    }
                }
            },
        }
    }
}

/// Why a rule whose conditions hold takes nothing.
fn nothing_to_take(bill: &Bill<'_>, candidate: &Candidate<'_>, measured: &Measured) -> Reason {
    let unused = vec![false; bill.nets.len()];
    let gap = missing(candidate, bill.groups);
    match portions(candidate, &bill.goods_for(&unused), *measured) {
        Err(reason) => reason,
        Ok(_) if gap > 0 => Reason::MinQuantity { gap },
        Ok(_) => Reason::NoEffect,
    }
}

fn give(
    bill: &mut Bill<'_>,
    candidate: &Candidate<'_>,
    index: usize,
    (gift, times): (&GiftItem, u32),
) {
    bill.gifts.push(GivenGift {
        candidate: index,
        gift: *gift,
        quantity: gift.quantity.saturating_mul(times),
        state: candidate.gift,
    });
}

/// Offers items, and gives their price to lines that were bought as this offer.
fn offer(bill: &mut Bill<'_>, candidate: &Candidate<'_>, index: usize, items: &[OfferedItem]) {
    for (item, bought) in items.iter().zip(&candidate.slots) {
        bill.offers.push((index, *item));
        let portions = add_on_portions(&bill.goods_for(&[]), *item, *bought);
        if portions.off() > Amount::ZERO {
            bill.apply(index, candidate, &portions);
        }
    }
}
