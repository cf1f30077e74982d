//! H: fees, and delivery rules on the delivery fee alone.

use std::rc::Rc;

use crate::{
    amount::{Amount, Exact, Rate},
    bill::{Applied, Bill},
    candidate::Candidate,
    explanation::{Action, Explanation, Reason},
    ids::FeeName,
    rules::{Discount, Effect},
    stacking::keep_best_of_groups,
};

/// What a fee is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeeKind {
    /// 外送費: the only one that rules act on.
    Delivery,
    /// 服務費, 包材, 袋子費 and the like.
    Other(FeeName),
}

/// How much a fee is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge {
    /// An amount.
    Fixed(Amount),
    /// A part of the goods after all discounts and points, rounded half up.
    OfGoods(Rate),
}

/// A fee of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// Kind.
    pub kind: FeeKind,
    /// How much.
    pub charge: Charge,
}

impl Fee {
    /// What is known of it before the goods are.
    pub(crate) fn fixed(&self) -> Amount {
        match self.charge {
            Charge::Fixed(amount) => amount,
            Charge::OfGoods(_) => Amount::ZERO,
        }
    }
}

/// Charges fees and lets delivery rules act. `rules` are in the order of their rank.
pub(crate) fn run(
    bill: &mut Bill<'_>,
    fees: &[Fee],
    candidates: &[Candidate<'_>],
    rules: &[usize],
) {
    let entry = (!rules.is_empty()).then(|| bill.entry());
    let goods = bill.goods();
    for (fee, charged) in fees.iter().zip(&mut bill.fees) {
        if let Charge::OfGoods(rate) = fee.charge {
            *charged = rate.half_up(goods);
        }
    }
    let delivery = fees.iter().position(|fee| fee.kind == FeeKind::Delivery);
    let Some(entry) = entry else {
        return;
    };
    let judged = super::judge(bill, candidates, rules, &entry);
    let Some(delivery) = delivery.filter(|&fee| bill.fees[fee] > Amount::ZERO) else {
        for (index, _) in judged {
            bill.reject(index, Reason::NoEffect);
        }
        return;
    };

    let mut kept: Vec<_> = judged.iter().map(|(index, _)| *index).collect();
    let charged = bill.fees[delivery];
    let lost = keep_best_of_groups(candidates, &mut kept, |index| {
        let exact = match candidates[index].rule.effect {
            Effect::DeliveryOff(Discount::Percent(rate)) => rate.exact(charged),
            Effect::DeliveryOff(Discount::Amount(amount)) => amount.min(charged).into(),
            _ => Exact::ZERO,
        };
        candidates[index].within_limit(exact)
    });
    for (index, saving) in lost {
        let reason = match saving.half_up() {
            Amount::ZERO => Reason::NoEffect,
            saving => Reason::LostToBetter { saving },
        };
        bill.reject(index, reason);
    }
    for index in kept {
        take_off(bill, delivery, index, &candidates[index]);
    }
}

fn take_off(bill: &mut Bill<'_>, fee: usize, index: usize, candidate: &Candidate<'_>) {
    let Effect::DeliveryOff(off) = candidate.rule.effect else {
        return;
    };
    let charged = bill.fees[fee];
    let requested = match off {
        Discount::Percent(rate) => rate.half_up(charged),
        Discount::Amount(amount) => amount.min(charged),
    };
    let taken = candidate
        .most_off
        .map_or(requested, |most| most.min(requested));
    if taken == Amount::ZERO {
        bill.reject(index, Reason::NoEffect);
        return;
    }
    bill.fees[fee] -= taken;
    let why = Explanation {
        action: Action::Delivery(off),
        times: 1,
        off: taken,
        limited: taken < requested,
    };
    let applied = Applied::new(index, candidate, Vec::new(), why);
    bill.applied.push(Rc::new(Applied {
        fee: Some(fee),
        ..applied
    }));
}
