//! Random carts and rules. Small numbers, so that rules meet: equal prices, thresholds that are just
//! reached, units that several rules want.

use std::collections::BTreeSet;

use pricing::{
    rules::{
        Audience, Basis, BundleSlot, Conditions, Discount, Effect, GiftItem, Hours, Include,
        Limits, Measure, Member, Minimum, OfferedItem, OrderDiscount, Pick, Rule, SetPricing,
        TakeFrom, Target, Threshold, UnitDiscount, Usage, Who,
    },
    *,
};
use proptest::{collection::vec, option, prelude::*};

use crate::requests::*;

/// Product that is 不列入優惠.
const EXCLUDED: u128 = 6;
/// Product that is offered.
const OFFERED: u128 = 7;
/// Rules from here on were entered.
const ENTERED: u128 = 100;

pub fn orders() -> impl Strategy<Value = Order> {
    let rules = vec(rule(), 0..7);
    let entered = (vec(entered(), 0..4), places());
    let member = option::weighted(0.7, member());
    let points = option::weighted(0.4, (0..150_u32, prop::bool::weighted(0.1)));
    let cap = option::weighted(0.2, 500..9_000_u32);
    let about_cart = (lines(), fees());
    (
        about_cart,
        rules,
        entered,
        member,
        points,
        program(),
        cap,
        usage(),
    )
        .prop_map(
            |((lines, fees), rules, (entered, places), member, points, program, cap, usage)| {
                let rules = rules.into_iter().enumerate();
                let rules: Vec<_> = rules
                    .map(|(n, rule)| numbered(rule, n as u128 + 1))
                    .collect();
                let entered = entered.into_iter().enumerate().map(|(n, mut one)| {
                    one.rule = numbered(one.rule, ENTERED + n as u128);
                    one
                });
                let entered = at_most_three_of_a_class(entered.collect());
                let offers: Vec<_> = rules
                    .iter()
                    .chain(entered.iter().map(|one| &one.rule))
                    .filter(|rule| matches!(rule.effect, Effect::AddOn(_)))
                    .map(|rule| rule.id)
                    .collect();
                Order {
                    lines: lines
                        .into_iter()
                        .map(|line| bought_by(line, &offers))
                        .collect(),
                    rules,
                    member,
                    usage: usage
                        .into_iter()
                        .map(|(n, used)| (rule_id(n), used))
                        .collect(),
                    entered,
                    places,
                    points: points.map(|(points, insisted)| EnteredPoints { points, insisted }),
                    program: Some(program),
                    fees,
                    gifts: Gifts {
                        sold_out: [(
                            ProductId::from_uuid(uuid(91)),
                            VariantId::from_uuid(uuid(91)),
                        )]
                        .into(),
                        declined: BTreeSet::from([rule_id(3)]),
                    },
                    discount_cap: cap.map(Rate::bp),
                }
            },
        )
}

/// A rule with its id; groups are those of its stage.
fn numbered(mut rule: Rule, n: u128) -> Rule {
    rule.id = rule_id(n);
    rule.name = format!("rule {n}").into();
    if let Exclusive::Group(name) = &rule.exclusive {
        rule.exclusive = Exclusive::Group(format!("{name} {:?}", rule.stage()));
    }
    rule
}

fn places() -> impl Strategy<Value = Places> {
    let most = || 1..=MAX_ENTERED;
    (most(), most()).prop_map(|(codes, coupons)| Places { codes, coupons })
}

fn at_most_three_of_a_class(mut entered: Vec<EnteredRule>) -> Vec<EnteredRule> {
    for class in [Class::Code, Class::Coupon] {
        let mut count = 0;
        entered.retain(|one| {
            count += usize::from(one.rule.class == class);
            one.rule.class != class || count <= MAX_ENTERED
        });
    }
    entered
}

/// An offered product belongs to an offer of the order, or to one that is gone.
fn bought_by(line: Line, offers: &[RuleId]) -> Line {
    let offered = line.product == ProductId::from_uuid(uuid(OFFERED));
    Line {
        offered_by: offered.then(|| offers.first().copied().unwrap_or(rule_id(99))),
        ..line
    }
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let line = (1..8_u128, 0..3_i64, 1..5_u32).prop_map(|(n, extras, quantity)| {
        let prices = [0, 35, 30, 99, 7, 30, 60, 45];
        let product = ProductId::from_uuid(uuid(n));
        let variant = VariantId::from_uuid(uuid(n));
        let mut line = Line::new(product, variant, dollars(prices[n as usize]), quantity);
        line.categories = vec![CategoryId::from_uuid(uuid(n % 2))];
        if extras > 0 {
            line.extras = dollars(extras * 5);
            line.options = vec![ChosenOption {
                option: OptionId::from_uuid(uuid(extras.unsigned_abs().into())),
                quantity: 1,
            }];
        }
        line.excluded = n == EXCLUDED;
        line
    });
    vec(line, 1..7)
}

fn target() -> impl Strategy<Value = Target> {
    let product = |n| Pick::Product(ProductId::from_uuid(uuid(n)));
    let category = |n| Pick::Category(CategoryId::from_uuid(uuid(n)));
    let excluded = prop_oneof![
        4 => Just(Vec::new()),
        1 => (1..7_u128).prop_map(move |n| vec![product(n)]),
    ];
    let included = prop_oneof![
        3 => Just(Include::Everything),
        3 => vec(1..7_u128, 1..4)
            .prop_map(move |all| Include::Of(all.into_iter().map(product).collect())),
        1 => (0..2_u128).prop_map(move |n| Include::Of(vec![category(n)])),
    ];
    (included, excluded).prop_map(|(include, exclude)| Target { include, exclude })
}

fn rate() -> impl Strategy<Value = Rate> {
    prop_oneof![
        Just(Rate::bp(5_000)),
        Just(Rate::bp(1_000)),
        (1..10_000_u32).prop_map(Rate::bp)
    ]
}

fn unit_off() -> impl Strategy<Value = UnitDiscount> {
    prop_oneof![
        rate().prop_map(UnitDiscount::Percent),
        (1..50_i64).prop_map(|amount| UnitDiscount::Amount(dollars(amount))),
        (0..50_i64).prop_map(|price| UnitDiscount::Price(dollars(price))),
    ]
}

fn unit_off_or_free() -> impl Strategy<Value = UnitDiscount> {
    prop_oneof![1 => Just(UnitDiscount::Percent(Rate::WHOLE)), 2 => unit_off()]
}

fn off_order() -> impl Strategy<Value = Discount> {
    prop_oneof![
        rate().prop_map(Discount::Percent),
        (1..150_i64).prop_map(|amount| Discount::Amount(dollars(amount))),
    ]
}

fn take_from() -> impl Strategy<Value = TakeFrom> {
    prop_oneof![2 => Just(TakeFrom::Cheapest), 1 => Just(TakeFrom::MostExpensive)]
}

fn order_discount() -> impl Strategy<Value = Effect> {
    (
        any::<bool>(),
        0..300_i64,
        off_order(),
        any::<bool>(),
        option::of(off_order()),
    )
        .prop_map(|(units, at, off, repeats, second)| {
            let measure = match units {
                true => Measure::Units,
                false => Measure::Spend,
            };
            let at = if units { at / 40 } else { at };
            let repeats = repeats && at > 0 && matches!(off, Discount::Amount(_));
            let mut thresholds = vec![Threshold { at, off }];
            if let (false, Some(off)) = (repeats, second) {
                thresholds.push(Threshold {
                    at: at * 2 + 1,
                    off,
                });
            }
            Effect::Order(OrderDiscount {
                measure,
                thresholds,
                repeats,
            })
        })
}

fn sets() -> impl Strategy<Value = Effect> {
    let slot = (target(), 1..3_u32).prop_map(|(target, units)| BundleSlot { target, units });
    let price = prop_oneof![
        (20..150_i64).prop_map(|price| SetPricing::Fixed(dollars(price))),
        rate().prop_map(SetPricing::PercentOff),
    ];
    let buy_get = (
        1..3_u32,
        1..3_u32,
        option::of(target()),
        unit_off_or_free(),
        take_from(),
    );
    prop_oneof![
        (2..4_u32, unit_off_or_free(), take_from())
            .prop_map(|(n, off, take_from)| Effect::NthUnit { n, off, take_from }),
        (2..4_u32, price).prop_map(|(n, price)| Effect::AnyN { n, price }),
        buy_get.prop_map(|(buy, get, get_from, off, take_from)| Effect::BuyGet {
            buy,
            get,
            get_from,
            off,
            take_from,
        }),
        (vec(slot, 2..4), 30..150_i64).prop_map(|(slots, price)| Effect::Bundle {
            slots,
            price: dollars(price),
        }),
    ]
}

fn gift() -> impl Strategy<Value = Effect> {
    (90..92_u128, 0..60_i64, 1..3_u32).prop_map(|(n, list, quantity)| Effect::Gift {
        gift: GiftItem {
            product: ProductId::from_uuid(uuid(n)),
            variant: VariantId::from_uuid(uuid(n)),
            list: dollars(list),
            quantity,
        },
        repeats: false,
    })
}

fn offer() -> impl Strategy<Value = Effect> {
    (0..60_i64, 1..4_u32).prop_map(|(price, most)| {
        Effect::AddOn(vec![OfferedItem {
            product: ProductId::from_uuid(uuid(OFFERED)),
            variant: VariantId::from_uuid(uuid(OFFERED)),
            price: dollars(price),
            most,
        }])
    })
}

fn delivery() -> impl Strategy<Value = Effect> {
    prop_oneof![
        1 => Just(Effect::DeliveryOff(Discount::Percent(Rate::WHOLE))),
        1 => off_order().prop_map(Effect::DeliveryOff),
    ]
}

fn points_factor() -> impl Strategy<Value = Effect> {
    (10_000..30_000_u32, any::<bool>()).prop_map(|(factor, adds)| Effect::MultiplyPoints {
        factor: Rate::bp(factor),
        adds,
    })
}

fn conditions() -> impl Strategy<Value = Conditions> {
    let minimum = (
        prop_oneof![3 => Just(0), 1 => 1..300_i64],
        prop_oneof![3 => Just(0), 1 => 1..8_u32],
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
    );
    let minimum = minimum.prop_map(|(spend, units, counts_excluded, counts_fees)| Minimum {
        spend: dollars(spend),
        units,
        counts_excluded,
        counts_fees,
        counts_gifts: false,
    });
    let who = prop_oneof![
        8 => Just(Who::Everyone),
        1 => Just(Who::Members),
        1 => Just(Who::Guests),
    ];
    let audience = (who, prop::bool::weighted(0.1), prop::bool::weighted(0.1));
    let audience = audience.prop_map(|(who, tier, birth_month)| Audience {
        who,
        tiers: if tier {
            vec![TierId::from_uuid(uuid(1))]
        } else {
            Vec::new()
        },
        birth_month,
        ..Audience::default()
    });
    let from = option::weighted(0.3, 990..1_003_i64);
    let until = option::weighted(0.1, 998..1_010_i64);
    let hours = option::weighted(0.1, (0..1_440_u16, 1..1_441_u16));
    (minimum, audience, from, until, hours, any::<bool>()).prop_map(
        |(minimum, audience, from, until, hours, wanted)| Conditions {
            from,
            until: until.max(until.and(from)),
            basis: if wanted { Basis::Wanted } else { Basis::Placed },
            hours: hours
                .map(|(from, to)| Hours { from, to })
                .into_iter()
                .collect(),
            audience,
            minimum,
            ..Conditions::default()
        },
    )
}

fn limits() -> impl Strategy<Value = Limits> {
    let per_order = option::weighted(0.2, 1..4_u32);
    let max_discount = option::weighted(0.15, 1..60_i64);
    let budget = option::weighted(0.1, 1..200_i64);
    let total = option::weighted(0.1, 1..4_u32);
    (per_order, max_discount, budget, total).prop_map(|(per_order, max_discount, budget, total)| {
        Limits {
            per_order,
            max_discount: max_discount.map(dollars),
            budget: budget.map(dollars),
            total,
            ..Limits::default()
        }
    })
}

fn beside() -> impl Strategy<Value = Classes> {
    let classes = [
        Class::Promotion,
        Class::Tier,
        Class::Code,
        Class::Coupon,
        Class::Points,
    ];
    prop_oneof![
        6 => Just(Classes::ALL),
        2 => prop::sample::select(classes.to_vec()).prop_map(|class| Classes::ALL.without(class)),
    ]
}

fn exclusive() -> impl Strategy<Value = Exclusive> {
    prop_oneof![
        6 => Just(Exclusive::None),
        2 => Just(Exclusive::Group("spring".to_owned())),
        1 => Just(Exclusive::Order),
    ]
}

fn with_effect(
    class: impl Strategy<Value = Class>,
    effect: impl Strategy<Value = Effect>,
) -> impl Strategy<Value = Rule> {
    let priority = prop_oneof![Just(500), 0..1_000_u16];
    let about = (class, effect, target(), any::<bool>(), priority);
    (about, exclusive(), beside(), conditions(), limits()).prop_map(
        |(
            (class, effect, target, with_extras, priority),
            exclusive,
            beside,
            conditions,
            limits,
        )| {
            let measured = conditions.minimum.spend > Amount::ZERO || conditions.minimum.units > 0;
            let effect = match effect {
                Effect::Gift { gift, .. } => Effect::Gift {
                    gift,
                    repeats: measured && with_extras,
                },
                other => other,
            };
            Rule {
                priority,
                exclusive,
                beside,
                conditions,
                target,
                with_extras,
                limits,
                ..Rule::new(rule_id(0), "", class, effect)
            }
        },
    )
}

fn rule() -> impl Strategy<Value = Rule> {
    let effect = prop_oneof![
        3 => unit_off().prop_map(Effect::Item),
        4 => sets(),
        3 => order_discount(),
        1 => gift(),
        1 => offer(),
        1 => delivery(),
        1 => points_factor(),
    ];
    let tier = prop_oneof![
        4 => order_discount(),
        1 => delivery(),
        1 => points_factor(),
    ];
    prop_oneof![
        4 => with_effect(Just(Class::Promotion), effect),
        1 => with_effect(Just(Class::Tier), tier),
    ]
}

fn entered() -> impl Strategy<Value = EnteredRule> {
    let class = prop_oneof![Just(Class::Code), Just(Class::Coupon)];
    let effect = prop_oneof![
        4 => order_discount(),
        2 => unit_off_or_free().prop_map(Effect::Item),
        1 => sets(),
        1 => gift(),
        1 => offer(),
        1 => delivery(),
    ];
    let rule = with_effect(class, effect);
    (rule, prop::bool::weighted(0.1)).prop_map(|(rule, insisted)| EnteredRule { rule, insisted })
}

fn member() -> impl Strategy<Value = Member> {
    (any::<bool>(), option::of(5..7_u8), 0..300_u32).prop_map(|(tier, birth_month, points)| {
        Member {
            tier: tier.then(|| TierId::from_uuid(uuid(1))),
            birth_month,
            points,
            ..Member::default()
        }
    })
}

fn program() -> impl Strategy<Value = PointsProgram> {
    let numbers = (
        prop_oneof![2 => Just(100), 1 => 1..400_u32],
        prop_oneof![2 => Just(1), 1 => 1..30_u32],
        prop_oneof![2 => Just(1), 1 => 1..20_u32],
    );
    let amounts = (
        prop_oneof![2 => Just(0), 1 => 0..200_i64],
        prop_oneof![2 => Just(10_000), 1 => 1..10_001_u32],
    );
    let earning = option::of((1..40_i64, 1..4_u32, target()));
    (numbers, amounts, target(), beside(), earning).prop_map(
        |((worth_of_100, min_points, step), (min_spend, cap), target, beside, earning)| {
            PointsProgram {
                id: rule_id(900),
                version: 1,
                name: "點".into(),
                redeeming: Some(Redeeming {
                    worth_of_100,
                    min_points,
                    step,
                    min_spend: dollars(min_spend),
                    cap: Rate::bp(cap),
                    target,
                    beside,
                }),
                earning: earning.map(|(every, points, target)| Earning {
                    every: dollars(every),
                    points,
                    target,
                    methods: Vec::new(),
                    channels: Vec::new(),
                }),
            }
        },
    )
}

fn fees() -> impl Strategy<Value = Vec<Fee>> {
    let delivery = option::of(0..90_i64);
    let service = option::weighted(0.3, 1..2_000_u32);
    (delivery, service).prop_map(|(delivery, service)| {
        let delivery = delivery.map(|amount| Fee {
            kind: FeeKind::Delivery,
            charge: Charge::Fixed(dollars(amount)),
        });
        let service = service.map(|bp| Fee {
            kind: FeeKind::Other(FeeName::new("service")),
            charge: Charge::OfGoods(Rate::bp(bp)),
        });
        delivery.into_iter().chain(service).collect()
    })
}

fn usage() -> impl Strategy<Value = Vec<(u128, Usage)>> {
    let used = (1..5_u128, 0..4_u32, 0..150_i64).prop_map(|(n, total, spent)| {
        let used = Usage {
            total,
            spent: dollars(spent),
            ..Usage::default()
        };
        (n, used)
    });
    vec(used, 0..3)
}
