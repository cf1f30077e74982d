//! Rules on the wire, in few words.

use chassis::error::Violations;
use pricing::rules::Rule;
use proto::membership::v1::{
    BenefitClass, BenefitEffect, BenefitRule, ItemEffect, OrderEffect, OrderThreshold, PriceCut,
    ProductTarget, benefit_effect::Effect, price_cut::Cut,
};
use uuid::Uuid;

pub fn id(n: u128) -> String {
    Uuid::from_u128(n).to_string()
}

pub const fn cut(cut: Cut) -> Option<PriceCut> {
    Some(PriceCut { cut: Some(cut) })
}

pub const fn threshold(at: i64, off: Cut) -> OrderThreshold {
    OrderThreshold { at, off: cut(off) }
}

/// A promotion with an effect.
pub fn promotion(effect: Effect) -> BenefitRule {
    BenefitRule {
        rule_id: id(1),
        version: 1,
        name: "早鳥優惠".to_owned(),
        benefit_class: BenefitClass::Promotion.into(),
        effect: Some(BenefitEffect {
            effect: Some(effect),
        }),
        ..BenefitRule::default()
    }
}

/// So many basis points off each item.
pub fn item(percent_bp: i32) -> Effect {
    Effect::Item(ItemEffect {
        off: cut(Cut::PercentBp(percent_bp)),
    })
}

/// Discounts of the order.
pub fn order(thresholds: Vec<OrderThreshold>, repeats: bool) -> Effect {
    Effect::Order(OrderEffect {
        measure: 0,
        thresholds,
        repeats,
    })
}

pub fn products(numbers: &[u128]) -> ProductTarget {
    ProductTarget {
        product_ids: numbers.iter().map(|n| id(*n)).collect(),
        ..ProductTarget::default()
    }
}

/// The faults of a rule, as `field: REASON`, sorted.
pub fn faults(wire: &BenefitRule) -> Vec<String> {
    let mut violations = Violations::new();
    let rule = benefit_rules::check_rule(wire, "rule", &mut violations);
    assert_eq!(rule.is_some(), violations.is_empty());
    let Err(problem) = violations.into_result() else {
        return Vec::new();
    };
    let faults = problem.fields.iter();
    let mut faults: Vec<_> = faults
        .map(|fault| format!("{}: {}", fault.field, fault.reason))
        .collect();
    faults.sort_unstable();
    faults
}

/// A rule without a fault.
pub fn sound(wire: &BenefitRule) -> Rule {
    let mut violations = Violations::new();
    let rule = benefit_rules::check_rule(wire, "rule", &mut violations);
    violations.finish(rule).unwrap()
}
