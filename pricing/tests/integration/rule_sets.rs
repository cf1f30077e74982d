//! Unsound rules are named before they price anything.

use pricing::{
    rules::{
        BundleSlot, Discount, Effect, Hours, Measure, OrderDiscount, Rule, RuleFault, RuleSet,
        SetPricing, Target, Threshold, UnitDiscount,
    },
    *,
};

use crate::common::*;

fn fault(rule: Rule) -> RuleFault {
    rule.check().unwrap_err()
}

#[test]
fn each_fault_has_its_name() {
    let id = rule_id(1);
    let ok = || promotion(1, off_from(0, 10));
    assert_eq!(ok().check(), Ok(()));

    let mut period = ok();
    (period.conditions.from, period.conditions.until) = (Some(2), Some(1));
    assert_eq!(fault(period), RuleFault::PeriodInvalid(id));

    for bp in [0, 10_000] {
        assert_eq!(
            fault(promotion(1, item_percent(bp))),
            RuleFault::PercentInvalid(id)
        );
        assert_eq!(
            fault(promotion(1, percent_off(bp))),
            RuleFault::PercentInvalid(id)
        );
    }
    assert_eq!(rule(1, Class::Coupon, item_percent(10_000)).check(), Ok(()));
    assert_eq!(promotion(1, FREE_DELIVERY).check(), Ok(()));

    let step = |at| Threshold {
        at,
        off: Discount::Amount(dollars(1)),
    };
    let discount = |thresholds, repeats| {
        promotion(
            1,
            Effect::Order(OrderDiscount {
                measure: Measure::Spend,
                thresholds,
                repeats,
            }),
        )
    };
    for (thresholds, repeats) in [
        (vec![], false),
        (vec![step(2), step(1)], false),
        (vec![step(2), step(2)], false),
        (vec![step(1), step(2)], true),
        (vec![step(0)], true),
        (vec![step(-1)], false),
    ] {
        assert_eq!(
            fault(discount(thresholds, repeats)),
            RuleFault::TiersInvalid(id)
        );
    }

    let mut nothing = ok();
    nothing.target = Target::of(Vec::new());
    assert_eq!(fault(nothing), RuleFault::EmptyTarget(id));

    let out_of_range = [
        Effect::Item(UnitDiscount::Amount(dollars(0))),
        Effect::AnyN {
            n: 1,
            price: SetPricing::Fixed(dollars(1)),
        },
        Effect::Bundle {
            slots: vec![BundleSlot {
                target: Target::default(),
                units: 1,
            }],
            price: dollars(1),
        },
        Effect::AddOn(Vec::new()),
        Effect::MultiplyPoints {
            factor: Rate::bp(9_999),
            adds: false,
        },
        off_from(0, 10_000_000),
    ];
    for effect in out_of_range {
        assert_eq!(fault(promotion(1, effect)), RuleFault::OutOfRange(id));
    }
    let mut late = ok();
    late.conditions.hours = vec![Hours {
        from: 1_440,
        to: 10,
    }];
    assert_eq!(fault(late), RuleFault::OutOfRange(id));
    let mut priority = ok();
    priority.priority = 1_000;
    assert_eq!(fault(priority), RuleFault::OutOfRange(id));
}

#[test]
fn a_set_keeps_its_limits_and_names_all_faults() {
    let rules = |count: u128| {
        (1..=count)
            .map(|n| promotion(n, off_from(0, 1)))
            .collect::<Vec<_>>()
    };
    assert!(RuleSet::new(rules(200)).is_ok());
    assert_eq!(
        RuleSet::new(rules(201)),
        Err(vec![RuleFault::TooManyRules(201)])
    );

    let alone = |count| {
        let mut rules = rules(count);
        for rule in &mut rules {
            rule.exclusive = Exclusive::Order;
        }
        rules
    };
    assert!(RuleSet::new(alone(20)).is_ok());
    assert_eq!(
        RuleSet::new(alone(21)),
        Err(vec![RuleFault::TooManyExclusive(21)])
    );

    let mut over_stages = vec![promotion(1, item_percent(1)), promotion(2, off_from(0, 1))];
    for rule in &mut over_stages {
        rule.exclusive = Exclusive::Group("spring".into());
    }
    let found = RuleSet::new(over_stages);
    assert_eq!(
        found,
        Err(vec![RuleFault::GroupOverStages("spring".into())])
    );

    let several = vec![
        promotion(1, item_percent(0)),
        promotion(2, off_from(0, 1)),
        promotion(2, off_from(0, 1)),
        rule(3, Class::Code, off_from(0, 1)),
    ];
    let expected = vec![
        RuleFault::PercentInvalid(rule_id(1)),
        RuleFault::ClassInvalid(rule_id(3)),
        RuleFault::Twice(rule_id(2)),
    ];
    assert_eq!(RuleSet::new(several), Err(expected));
}
