//! Each sentence has a kind and its numbers.

use benefit_rules::{explanation, notice, rejection};
use pricing::{
    Action, Amount, Explanation, Notice, Rate, Reason, RuleId,
    rules::{Discount, Measure, SetPricing, UnitDiscount},
};
use uuid::Uuid;

const fn dollars(amount: i64) -> Amount {
    Amount::new(amount)
}

fn why(action: Action) -> Explanation {
    Explanation {
        action,
        times: 2,
        off: dollars(6),
        limited: false,
    }
}

/// `kind name=value …`, the names sorted.
fn text((kind, params): (&str, std::collections::BTreeMap<String, String>)) -> String {
    let params = params
        .iter()
        .map(|(name, value)| format!(" {name}={value}"));
    kind.to_owned() + &params.collect::<String>()
}

#[test]
fn every_action_has_a_kind_and_its_numbers() {
    let half = UnitDiscount::Percent(Rate::bp(5_000));
    let reached = |measure, at, off| Action::Reached { measure, at, off };
    let cases = [
        (
            Action::Item(half),
            "item_percent off=6 percent_bp=5000 times=2",
        ),
        (
            Action::Item(UnitDiscount::Amount(dollars(3))),
            "item_amount amount=3 off=6 times=2",
        ),
        (
            Action::Item(UnitDiscount::Price(dollars(27))),
            "item_price off=6 price=27 times=2",
        ),
        (
            Action::Item(UnitDiscount::Percent(Rate::WHOLE)),
            "item_free off=6 times=2",
        ),
        (
            Action::NthUnit { n: 2, off: half },
            "nth_unit_percent n=2 off=6 percent_bp=5000 times=2",
        ),
        (
            Action::AnyN {
                n: 3,
                price: SetPricing::Fixed(dollars(99)),
            },
            "any_n_price n=3 off=6 price=99 times=2",
        ),
        (
            Action::AnyN {
                n: 3,
                price: SetPricing::PercentOff(Rate::bp(1_500)),
            },
            "any_n_percent n=3 off=6 percent_bp=1500 times=2",
        ),
        (
            Action::BuyGet {
                buy: 2,
                get: 1,
                off: UnitDiscount::Percent(Rate::WHOLE),
            },
            "buy_get_free buy=2 get=1 off=6 times=2",
        ),
        (
            Action::Bundle {
                price: dollars(100),
            },
            "bundle off=6 price=100 times=2",
        ),
        (
            reached(Measure::Spend, 150, Discount::Amount(dollars(10))),
            "spend_amount amount=10 at=150 off=6 times=2",
        ),
        (
            reached(Measure::Units, 3, Discount::Percent(Rate::bp(500))),
            "units_percent at=3 off=6 percent_bp=500 times=2",
        ),
        (
            reached(Measure::Spend, 0, Discount::Percent(Rate::bp(500))),
            "order_percent off=6 percent_bp=500 times=2",
        ),
        (Action::Gift, "gift off=6 times=2"),
        (
            Action::AddOn { price: dollars(20) },
            "add_on off=6 price=20 times=2",
        ),
        (
            Action::Delivery(Discount::Percent(Rate::WHOLE)),
            "delivery_free off=6 times=2",
        ),
        (
            Action::Delivery(Discount::Amount(dollars(30))),
            "delivery_amount amount=30 off=6 times=2",
        ),
        (
            Action::Points { points: 28 },
            "points off=6 points=28 times=2",
        ),
    ];
    for (action, expected) in cases {
        assert_eq!(text(explanation(&why(action))), expected);
    }
    let limited = Explanation {
        limited: true,
        ..why(Action::Gift)
    };
    assert_eq!(
        text(explanation(&limited)),
        "gift limited=true off=6 times=2"
    );
}

#[test]
fn a_rejection_has_its_code_and_what_would_mend_it() {
    let rule = |n| RuleId::from_uuid(Uuid::from_u128(n));
    let with = [1, 2].map(rule).to_vec();
    let ids = format!("{},{}", with[0], with[1]);
    let cases = [
        (Reason::NotInPeriod, "NOT_IN_PERIOD".to_owned()),
        (
            Reason::MinSpend { gap: dollars(30) },
            "MIN_SPEND gap=30".to_owned(),
        ),
        (
            Reason::MinQuantity { gap: 1 },
            "MIN_QUANTITY gap=1".to_owned(),
        ),
        (
            Reason::LostToBetter {
                saving: dollars(80),
            },
            "LOST_TO_BETTER saving=80".to_owned(),
        ),
        (
            Reason::NotCombinable {
                with: with.clone(),
                total: Some(dollars(550)),
            },
            format!("NOT_COMBINABLE total=550 with={ids}"),
        ),
        (
            Reason::NotCombinable { with, total: None },
            format!("NOT_COMBINABLE with={ids}"),
        ),
        (
            Reason::PointsInsufficient { balance: 9 },
            "POINTS_INSUFFICIENT balance=9".to_owned(),
        ),
        (
            Reason::PointsStep {
                min_points: 20,
                step: 10,
            },
            "POINTS_STEP min_points=20 step=10".to_owned(),
        ),
    ];
    for (reason, expected) in cases {
        assert_eq!(text(rejection(&reason)), expected);
    }
}

#[test]
fn a_notice_has_its_numbers() {
    let capped = Notice::PointsCapped {
        requested: 30,
        used: 28,
    };
    assert_eq!(text(notice(&capped)), "POINTS_CAPPED requested=30 used=28");
    assert_eq!(
        text(notice(&Notice::OfferGone { line: 2 })),
        "OFFER_GONE line=2"
    );
}
