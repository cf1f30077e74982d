//! How long the largest allowed request takes: 50 lines, 200 rules of which 20 stand alone, a code,
//! a coupon and points. Prints the mean processor time and fails above the budget of 10 ms.
//!
//! `cargo bench -p pricing`, on one core.

use std::{hint::black_box, time::Duration};

use pricing::{
    rules::{
        BundleSlot, Context, Customer, Discount, Effect, Member, Moment, OrderDiscount, Pick, Rule,
        RuleSet, SetPricing, TakeFrom, Target, UnitDiscount, Weekday,
    },
    *,
};
use uuid::Uuid;

const BUDGET: Duration = Duration::from_millis(10);
const ROUNDS: u32 = 200;

fn main() {
    for quantity in [1, 6, 40] {
        let each = measure(quantity);
        println!("50 lines of {quantity}, 200 rules: {} µs", each.as_micros());
        assert!(each <= BUDGET, "the budget is {} µs", BUDGET.as_micros());
    }
}

/// Time this thread has had on a processor, so that others on the machine do not count.
fn on_processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux counts it");
    let nanos = stat.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.expect("nanoseconds come first"))
}

fn measure(quantity: u32) -> Duration {
    let cart = Cart::new((0..50).map(|n| line(n, quantity)).collect()).expect("a sound cart");
    let rules = RuleSet::new(rules()).expect("sound rules");
    let customer = Customer::Member(Member {
        points: 1_000,
        ..Member::default()
    });
    let entered = [entered(901, Class::Code), entered(902, Class::Coupon)];
    let program = program();
    let fees = [Fee {
        kind: FeeKind::Delivery,
        charge: Charge::Fixed(Amount::new(60)),
    }];
    let request = Request {
        customer: &customer,
        entered: &entered,
        points: Some(EnteredPoints {
            points: 50,
            insisted: false,
        }),
        program: Some(&program),
        fees: &fees,
        ..Request::new(&cart, &rules, context())
    };
    let start = on_processor();
    for _ in 0..ROUNDS {
        black_box(price(black_box(&request))).expect("a price");
    }
    (on_processor() - start) / ROUNDS
}

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn line(n: u128, quantity: u32) -> Line {
    let (product, variant) = (ProductId::from_uuid(uuid(n)), VariantId::from_uuid(uuid(n)));
    let base = Amount::new(30 + i64::try_from(n * 7 % 60).unwrap_or(0));
    Line {
        categories: vec![CategoryId::from_uuid(uuid(n % 5))],
        extras: Amount::new(10),
        ..Line::new(product, variant, base, quantity)
    }
}

/// 60 item rules, 60 of sets, 60 on the order, and 20 that stand alone.
fn rules() -> Vec<Rule> {
    let rules = (0..180).map(|n| {
        let mut rule = Rule::new(id(n), "rule", Class::Promotion, effect(n));
        rule.target = target(n);
        rule.with_extras = n % 2 == 0;
        rule
    });
    let alone = (180..200).map(|n| {
        let off = Discount::Percent(Rate::bp(u32::try_from(n).unwrap_or(0)));
        let effect = Effect::Order(OrderDiscount::from_spend(500, off));
        let mut rule = Rule::new(id(n), "rule", Class::Promotion, effect);
        rule.exclusive = Exclusive::Order;
        rule
    });
    rules.chain(alone).collect()
}

fn id(n: u128) -> RuleId {
    RuleId::from_uuid(uuid(n))
}

/// All products, a category, or five products.
fn target(n: u128) -> Target {
    match n % 3 {
        0 => Target::default(),
        1 => Target::of(vec![Pick::Category(CategoryId::from_uuid(uuid(n % 5)))]),
        _ => {
            let product = |one| Pick::Product(ProductId::from_uuid(uuid((n * 3 + one) % 50)));
            Target::of((0..5).map(product).collect())
        }
    }
}

fn effect(n: u128) -> Effect {
    let rate = Rate::bp(u32::try_from(n * 5 + 1).unwrap_or(1));
    let slot = |category: u128, units| BundleSlot {
        target: Target::of(vec![Pick::Category(CategoryId::from_uuid(uuid(category)))]),
        units,
    };
    match n / 60 {
        0 => Effect::Item(UnitDiscount::Percent(rate)),
        1 => match n % 4 {
            0 => Effect::NthUnit {
                n: 2,
                off: UnitDiscount::Percent(rate),
                take_from: TakeFrom::Cheapest,
            },
            1 => Effect::AnyN {
                n: 3,
                price: SetPricing::Fixed(Amount::new(99)),
            },
            2 => Effect::BuyGet {
                buy: 2,
                get: 1,
                get_from: None,
                off: UnitDiscount::Percent(Rate::WHOLE),
                take_from: TakeFrom::Cheapest,
            },
            _ => Effect::Bundle {
                slots: vec![slot(n % 5, 1), slot((n + 1) % 5, 2)],
                price: Amount::new(120),
            },
        },
        _ => Effect::Order(OrderDiscount::from_spend(
            300,
            Discount::Percent(Rate::bp(20)),
        )),
    }
}

fn entered(n: u128, class: Class) -> EnteredRule {
    let effect = Effect::Order(OrderDiscount::always(Discount::Amount(Amount::new(20))));
    EnteredRule {
        rule: Rule::new(id(n), "entered", class, effect),
        insisted: false,
    }
}

fn program() -> PointsProgram {
    PointsProgram {
        id: id(900),
        version: 1,
        name: "points".into(),
        redeeming: Some(Redeeming {
            worth_of_100: 100,
            min_points: 1,
            step: 1,
            min_spend: Amount::ZERO,
            cap: Rate::WHOLE,
            target: Target::default(),
            beside: Classes::ALL,
        }),
        earning: Some(Earning {
            every: Amount::new(10),
            points: 1,
            target: Target::default(),
            methods: Vec::new(),
            channels: Vec::new(),
        }),
    }
}

fn context() -> Context {
    let moment = Moment {
        at: 0,
        weekday: Weekday::Friday,
        minute: 720,
        month: 6,
    };
    Context {
        brand: BrandId::from_uuid(uuid(1)),
        branch: BranchId::from_uuid(uuid(1)),
        channel: Channel::new("web"),
        method: Method::new("delivery"),
        payment: None,
        placed: moment,
        wanted: moment,
    }
}
