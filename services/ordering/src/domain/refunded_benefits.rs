//! What a refund of an order gives back of benefits. No I/O.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    benefits::EnteredKind,
    order::Order,
    quote::PricedLine,
    refund::{Refund, RefundKind, present, taken_units},
    refund_step::RefundState,
};

/// Explanation of a coupon that makes an item free: 商品兌換.
const FREE_ITEM: &str = "item_free";
/// Stage of coupons.
const COUPON_STAGE: &str = "F";

/// What is left to give back beside money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BenefitsLeft {
    /// Points used on units that are left.
    pub points: u32,
    /// Codes and coupons, which go back with the whole order.
    pub held: bool,
}

/// What membership gave back and took back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedBenefits {
    /// Points given back.
    pub points_returned: i32,
    /// Earned points taken back.
    pub points_taken: i32,
    /// Coupons given back.
    pub coupons_returned: i32,
    /// Uses of codes given back.
    pub codes_returned: i32,
}

/// What a refund asks membership for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BenefitReturn {
    /// The whole order is refunded.
    pub whole: bool,
    /// Points of the refunded units.
    pub points: u32,
    /// Goods that are left after it.
    pub goods_left: i64,
    /// Coupons whose item was refunded.
    pub coupons: Vec<Uuid>,
}

/// Membership has something to do for a refund of the order.
#[must_use]
pub fn concerns_membership(order: &Order) -> bool {
    !order.terms.test && (order.terms.member.is_some() || order.holds_benefits())
}

/// What is left to give back of an order after `refunds`.
#[must_use]
pub fn benefits_left(order: &Order, refunds: &[Refund]) -> BenefitsLeft {
    if order.terms.test || counted(refunds).any(|refund| refund.kind == RefundKind::Whole) {
        return BenefitsLeft::default();
    }
    let taken = taken_units(refunds);
    let lines = present(&order.lines).flat_map(|line| {
        let points = line.item.unit_points.iter().enumerate();
        let taken = taken.get(&line.id);
        points.filter(move |(unit, _)| !taken.is_some_and(|taken| taken.contains(unit)))
    });
    BenefitsLeft {
        points: lines.map(|(_, points)| points).sum(),
        held: order.holds_benefits(),
    }
}

/// What `refund` gives back; `refunds` are all of the order, the first one first.
#[must_use]
pub fn benefit_return(order: &Order, refunds: &[Refund], refund: &Refund) -> BenefitReturn {
    let before = refunds.iter().take_while(|other| other.id != refund.id);
    let before: Vec<Refund> = counted_of(before).cloned().collect();
    let mut until = before.clone();
    until.push(refund.clone());

    let taken = taken_units(&until);
    let all_units = present(&order.lines).all(|line| {
        let units = taken.get(&line.id).map_or(0, |units| units.len());
        units == line.item.unit_nets.len()
    });
    let given_back: i64 = until.iter().map(|refund| refund.amount).sum();
    let whole =
        refund.kind == RefundKind::Whole || (all_units && given_back >= order.total.amount());
    let goods_left = if whole {
        0
    } else {
        let gone = until.iter().map(|refund| goods_of(order, refund));
        (order.goods_total() - gone.sum::<i64>()).max(0)
    };
    BenefitReturn {
        whole,
        points: refund.points,
        goods_left,
        coupons: item_coupons(order, refund),
    }
}

fn counted(refunds: &[Refund]) -> impl Iterator<Item = &Refund> {
    counted_of(refunds.iter())
}

fn counted_of<'a>(refunds: impl Iterator<Item = &'a Refund>) -> impl Iterator<Item = &'a Refund> {
    refunds.filter(|refund| refund.state() != RefundState::Failed)
}

/// Goods that a refund takes back.
fn goods_of(order: &Order, refund: &Refund) -> i64 {
    if refund.kind == RefundKind::Amount {
        return refund.amount;
    }
    units_of(order, refund)
        .map(|(item, unit)| item.unit_nets.get(unit).map_or(0, |net| net.amount()))
        .sum()
}

fn units_of<'a>(
    order: &'a Order,
    refund: &'a Refund,
) -> impl Iterator<Item = (&'a PricedLine, usize)> {
    refund.units.iter().flat_map(|part| {
        let line = present(&order.lines).find(|line| line.id == part.line);
        let units = part.units.iter();
        units.filter_map(move |unit| Some((&line?.item, *unit)))
    })
}

/// The rule of the coupon that a unit was free for.
pub(super) fn free_by_coupon(item: &PricedLine, unit: usize) -> Option<&str> {
    let free = item.adjustments.iter().find(|one| {
        let off = one.per_unit.get(unit).map_or(0, |off| off.amount());
        one.kind == FREE_ITEM && one.stage == COUPON_STAGE && off < 0
    });
    free.map(|one| one.rule_id.as_str())
}

/// Coupons of 商品兌換 whose item is refunded, one for each unit.
fn item_coupons(order: &Order, refund: &Refund) -> Vec<Uuid> {
    let Some(benefits) = &order.benefits else {
        return Vec::new();
    };
    let mut refunded: BTreeMap<String, usize> = BTreeMap::new();
    for (item, unit) in units_of(order, refund) {
        if let Some(rule) = free_by_coupon(item, unit) {
            *refunded.entry(rule.to_owned()).or_default() += 1;
        }
    }
    let mut coupons = Vec::new();
    let used = benefits.entered.iter();
    for entered in used.filter(|one| one.is_used() && one.kind == EnteredKind::Coupon) {
        let units = entered
            .rule
            .and_then(|rule| refunded.get_mut(&rule.to_string()));
        if let (Some(coupon), Some(units)) = (entered.coupon, units)
            && *units > 0
        {
            *units -= 1;
            coupons.push(coupon);
        }
    }
    coupons
}
