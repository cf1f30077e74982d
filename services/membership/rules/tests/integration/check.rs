//! Every fault of a rule stands at its field.

use pricing::{
    Class, Exclusive, MemberTagId, PaymentMethod,
    rules::{Basis, Effect as Does, Include, SetPricing, TakeFrom, Weekday, Who},
};
use proto::{
    common::v1::{Channel, Method},
    membership::v1::{
        AddOnEffect, AddOnItem, AnyNEffect, AudienceKind, BenefitClass, BenefitEffect, BenefitRule,
        BundleEffect, BundleEffectSlot, BuyGetEffect, DailyHours, DeliveryEffect, Exclusivity,
        GiftEffect, NthUnitEffect, PointsEffect, ProductTarget, RuleAudience, RuleConditions,
        RuleLimits, RuleTimeBasis, any_n_effect::Pricing, benefit_effect::Effect, price_cut::Cut,
    },
};
use uuid::Uuid;

use crate::common::*;

fn at(seconds: i64) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds, nanos: 0 }
}

fn with_conditions(conditions: RuleConditions) -> BenefitRule {
    BenefitRule {
        conditions: Some(conditions),
        ..promotion(item(1_000))
    }
}

fn of_class(class: BenefitClass, effect: Effect) -> BenefitRule {
    BenefitRule {
        benefit_class: class.into(),
        ..promotion(effect)
    }
}

#[test]
fn a_rule_becomes_the_value_that_prices_are_made_of() {
    let wire = BenefitRule {
        priority: Some(20),
        exclusivity: Exclusivity::Group.into(),
        exclusive_group: "Spring".to_owned(),
        not_beside: vec![BenefitClass::Code.into()],
        conditions: Some(RuleConditions {
            starts_at: Some(at(100)),
            ends_at: Some(at(100)),
            methods: vec![Method::OnSite.into()],
            channels: vec![Channel::QrTable.into()],
            payment_kinds: vec!["line_pay".to_owned()],
            weekdays: vec![1, 7],
            hours: vec![DailyHours {
                from_minute: 1_380,
                to_minute: 60,
            }],
            time_basis: RuleTimeBasis::Wanted.into(),
            audience: Some(RuleAudience {
                kind: AudienceKind::Members.into(),
                tag_ids: vec![id(9)],
                ..RuleAudience::default()
            }),
            min_spend: 300,
            ..RuleConditions::default()
        }),
        target: Some(products(&[5])),
        limits: Some(RuleLimits {
            per_order: Some(2),
            per_day: Some(40),
            budget: Some(1_000_000_000),
            ..RuleLimits::default()
        }),
        ..promotion(Effect::NthUnit(NthUnitEffect {
            n: 2,
            off: cut(Cut::PercentBp(5_000)),
            most_expensive: true,
        }))
    };
    let rule = sound(&wire);
    assert_eq!((rule.class, rule.priority), (Class::Promotion, 20));
    assert_eq!(rule.exclusive, Exclusive::Group("spring".to_owned()));
    assert!(!rule.beside.has(Class::Code) && rule.beside.has(Class::Coupon));
    let conditions = &rule.conditions;
    assert_eq!((conditions.from, conditions.until), (Some(100), Some(100)));
    assert_eq!(conditions.methods, [pricing::Method::new("on_site")]);
    assert_eq!(conditions.channels, [pricing::Channel::new("qr_table")]);
    assert_eq!(conditions.payments, [PaymentMethod::new("line_pay")]);
    assert_eq!(conditions.weekdays, [Weekday::Monday, Weekday::Sunday]);
    assert_eq!(conditions.basis, Basis::Wanted);
    assert_eq!(conditions.audience.who, Who::Members);
    let tag = MemberTagId::from_uuid(Uuid::from_u128(9));
    assert_eq!(conditions.audience.tags, [tag]);
    assert!(matches!(&rule.target.include, Include::Of(picks) if picks.len() == 1));
    assert_eq!(
        (rule.limits.per_order, rule.limits.per_day),
        (Some(2), Some(40))
    );
    assert!(matches!(
        rule.effect,
        Does::NthUnit {
            n: 2,
            take_from: TakeFrom::MostExpensive,
            ..
        }
    ));
}

#[test]
fn what_is_left_out_is_no_condition() {
    let rule = sound(&promotion(item(1_000)));
    assert_eq!(rule.priority, 500);
    assert_eq!(rule.exclusive, Exclusive::None);
    assert_eq!(rule.target.include, Include::Everything);
    assert_eq!(rule.conditions, pricing::rules::Conditions::default());
    assert_eq!(rule.limits, pricing::rules::Limits::default());
    assert!(!rule.with_extras);
}

#[test]
fn a_period_ends_after_it_starts() {
    let wrong = with_conditions(RuleConditions {
        starts_at: Some(at(100)),
        ends_at: Some(at(99)),
        ..RuleConditions::default()
    });
    assert_eq!(faults(&wrong), ["rule.conditions.ends_at: PERIOD_INVALID"]);
}

#[test]
fn only_what_is_given_may_be_wholly_free() {
    let bp = "rule.effect.item.off.percent_bp: SETTING_RANGE";
    for percent in [0, 10_000, -1, i32::MAX] {
        assert_eq!(faults(&promotion(item(percent))), [bp], "{percent}");
    }
    assert!(faults(&of_class(BenefitClass::Coupon, item(10_000))).is_empty());
    let free_delivery = Effect::Delivery(DeliveryEffect {
        off: cut(Cut::PercentBp(10_000)),
    });
    assert!(faults(&promotion(free_delivery)).is_empty());
    let order_free = order(vec![threshold(0, Cut::PercentBp(10_000))], false);
    let bp = "rule.effect.order.thresholds[0].off.percent_bp: SETTING_RANGE";
    assert_eq!(faults(&promotion(order_free)), [bp]);
}

#[test]
fn thresholds_rise() {
    let ten = |at| threshold(at, Cut::Amount(10));
    let falling = order(vec![ten(300), ten(200), ten(200)], false);
    let expected = [
        "rule.effect.order.thresholds[1].at: TIERS_INVALID",
        "rule.effect.order.thresholds[2].at: TIERS_INVALID",
    ];
    assert_eq!(faults(&promotion(falling)), expected);
    let one = |expected: &str, thresholds, repeats| {
        assert_eq!(faults(&promotion(order(thresholds, repeats))), [expected]);
    };
    one("rule.effect.order.thresholds: SETTING_RANGE", vec![], false);
    one(
        "rule.effect.order.repeats: TIERS_INVALID",
        vec![ten(1), ten(2)],
        true,
    );
    one(
        "rule.effect.order.thresholds[0].at: TIERS_INVALID",
        vec![ten(0)],
        true,
    );
    let percent = vec![threshold(100, Cut::PercentBp(500))];
    one(
        "rule.effect.order.thresholds[0].off: TIERS_INVALID",
        percent,
        true,
    );
    let price = vec![threshold(100, Cut::Price(99))];
    one(
        "rule.effect.order.thresholds[0].off.price: VALIDATION_FAILED",
        price,
        false,
    );
}

#[test]
fn a_target_is_about_something() {
    let mut nothing = promotion(item(1_000));
    nothing.target = Some(ProductTarget {
        product_ids: vec![id(1)],
        excluded_product_ids: vec![id(1), id(2)],
        ..ProductTarget::default()
    });
    assert_eq!(faults(&nothing), ["rule.target: EMPTY_TARGET"]);

    let slot = |target| BundleEffectSlot { target, units: 1 };
    let bundle = promotion(Effect::Bundle(BundleEffect {
        slots: vec![slot(Some(products(&[1]))), slot(None)],
        price: 99,
    }));
    let expected = ["rule.effect.bundle.slots[1].target: EMPTY_TARGET"];
    assert_eq!(faults(&bundle), expected);
}

#[test]
fn numbers_keep_their_ranges() {
    let any = |n, pricing| Effect::AnyN(AnyNEffect { n, pricing });
    let buy = |buy, get| {
        Effect::BuyGet(BuyGetEffect {
            buy,
            get,
            get_from: None,
            off: cut(Cut::PercentBp(10_000)),
            most_expensive: false,
        })
    };
    let gift = |quantity, repeats| {
        Effect::Gift(GiftEffect {
            product_id: id(1),
            variant_id: id(2),
            quantity,
            repeats,
        })
    };
    let points = |factor_bp| {
        Effect::Points(PointsEffect {
            factor_bp,
            adds: false,
        })
    };
    let cases: [(Effect, &[&str]); 9] = [
        (
            any(1, Some(Pricing::Price(99))),
            &["any_n.n: SETTING_RANGE"],
        ),
        (
            any(2, Some(Pricing::Price(1_000_000))),
            &["any_n.price: AMOUNT_OUT_OF_RANGE"],
        ),
        (
            any(100, None),
            &["any_n.n: SETTING_RANGE", "any_n.pricing: VALIDATION_FAILED"],
        ),
        (
            buy(0, 99),
            &["buy_get.buy: SETTING_RANGE", "buy_get.get: SETTING_RANGE"],
        ),
        (buy(60, 40), &["buy_get.get: SETTING_RANGE"]),
        (buy(60, 39), &[]),
        (gift(21, false), &["gift.quantity: SETTING_RANGE"]),
        (gift(1, true), &["gift.repeats: VALIDATION_FAILED"]),
        (points(9_999), &["points.factor_bp: SETTING_RANGE"]),
    ];
    for (effect, expected) in cases {
        let expected: Vec<_> = expected
            .iter()
            .map(|one| format!("rule.effect.{one}"))
            .collect();
        assert_eq!(faults(&promotion(effect)), expected);
    }
    assert!(matches!(
        sound(&promotion(any(3, Some(Pricing::Price(99))))).effect,
        Does::AnyN { n: 3, price: SetPricing::Fixed(price) } if price.minor() == 99
    ));
}

#[test]
fn every_fault_is_named_at_once() {
    let wrong = BenefitRule {
        rule_id: "one".to_owned(),
        version: 0,
        name: " ".to_owned(),
        benefit_class: BenefitClass::Points.into(),
        priority: Some(1_000),
        exclusivity: Exclusivity::None.into(),
        exclusive_group: "spring".to_owned(),
        not_beside: vec![0],
        conditions: Some(RuleConditions {
            starts_at: Some(at(-1)),
            branch_ids: vec![id(1), "x".to_owned()],
            methods: vec![0],
            channels: vec![99],
            payment_kinds: vec!["LINE Pay".to_owned()],
            weekdays: vec![8],
            hours: vec![DailyHours {
                from_minute: 1_440,
                to_minute: 0,
            }],
            time_basis: 9,
            audience: Some(RuleAudience {
                kind: AudienceKind::Guests.into(),
                first_order: true,
                ..RuleAudience::default()
            }),
            min_spend: -1,
            min_units: 2_001,
            ..RuleConditions::default()
        }),
        target: None,
        with_extras: false,
        limits: Some(RuleLimits {
            per_order: Some(100),
            max_discount: Some(0),
            total: Some(0),
            budget: Some(1_000_000_001),
            ..RuleLimits::default()
        }),
        effect: Some(BenefitEffect { effect: None }),
    };
    let expected = [
        "rule.benefit_class: VALIDATION_FAILED",
        "rule.conditions.audience.kind: VALIDATION_FAILED",
        "rule.conditions.branch_ids[1]: VALIDATION_FAILED",
        "rule.conditions.channels[0]: VALIDATION_FAILED",
        "rule.conditions.hours[0].from_minute: SETTING_RANGE",
        "rule.conditions.hours[0].to_minute: SETTING_RANGE",
        "rule.conditions.methods[0]: VALIDATION_FAILED",
        "rule.conditions.min_spend: AMOUNT_OUT_OF_RANGE",
        "rule.conditions.min_units: SETTING_RANGE",
        "rule.conditions.payment_kinds[0]: VALIDATION_FAILED",
        "rule.conditions.starts_at: VALIDATION_FAILED",
        "rule.conditions.time_basis: VALIDATION_FAILED",
        "rule.conditions.weekdays[0]: SETTING_RANGE",
        "rule.effect: VALIDATION_FAILED",
        "rule.exclusive_group: VALIDATION_FAILED",
        "rule.limits.budget: AMOUNT_OUT_OF_RANGE",
        "rule.limits.max_discount: AMOUNT_OUT_OF_RANGE",
        "rule.limits.per_order: SETTING_RANGE",
        "rule.limits.total: SETTING_RANGE",
        "rule.name: VALIDATION_FAILED",
        "rule.not_beside[0]: VALIDATION_FAILED",
        "rule.priority: SETTING_RANGE",
        "rule.rule_id: VALIDATION_FAILED",
        "rule.version: SETTING_RANGE",
    ];
    assert_eq!(faults(&wrong), expected);
}

#[test]
fn offers_and_points_are_refused_where_they_cannot_act() {
    let offer = Effect::AddOn(AddOnEffect {
        items: vec![AddOnItem {
            product_id: String::new(),
            variant_id: id(1),
            price: -1,
            most: 0,
        }],
    });
    let expected = [
        "rule.effect.add_on.items[0].most: SETTING_RANGE",
        "rule.effect.add_on.items[0].price: AMOUNT_OUT_OF_RANGE",
        "rule.effect.add_on.items[0].product_id: VALIDATION_FAILED",
    ];
    assert_eq!(faults(&promotion(offer)), expected);
    let points = Effect::Points(PointsEffect {
        factor_bp: 20_000,
        adds: true,
    });
    let code = of_class(BenefitClass::Code, points);
    assert_eq!(faults(&code), ["rule.effect.points: VALIDATION_FAILED"]);
}
