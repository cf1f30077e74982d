//! Orders as they are listed can be priced again to the dollar, by what is stored with them alone.

use std::collections::HashMap;

use benefit_rules::{Document, PastMenu, PastOrder, Replay, ReplayReport, Trial, past_order};
use chrono::Timelike as _;
use pricing::{
    Amount, CategoryId, ProductId, RuleId, VariantId,
    rules::{Rule, RuleSet},
};
use prost::Message as _;
use proto::{
    common::v1::{ListSnapshotRequest, snapshot_service_client::SnapshotServiceClient},
    membership::v1::{
        AddOnEffect, AddOnItem, BenefitClass, BenefitRule, BuyGetEffect, DailyHours, GiftEffect,
        PointsEffect, RuleAudience, RuleConditions, RuleDocument, RuleLimits, RuleUse,
        benefit_effect::Effect,
    },
    ordering::v1::{Cart, GiftState, OrderChanged, OrderSnapshot, PricedEntry},
};
use testkit::identities;

use crate::common::membership::{
    Club, amount, from_spend, id, item_off, line, of_product, order_off, percent, promotion,
};

const BOX: u128 = 10;
const TEA: u128 = 11;
const CAKE: u128 = 12;
const GOLD: u128 = 950;

/// What each number costs.
const PRICES: [(u128, i64); 3] = [(BOX, 260), (TEA, 35), (CAKE, 80)];

fn limits(limits: RuleLimits, rule: BenefitRule) -> BenefitRule {
    BenefitRule {
        limits: Some(limits),
        ..rule
    }
}

fn conditions(conditions: RuleConditions, rule: BenefitRule) -> BenefitRule {
    BenefitRule {
        conditions: Some(conditions),
        ..rule
    }
}

/// Rules of every stage, some of them limited, for some members, for some hours.
fn rules() -> Vec<BenefitRule> {
    let gold = RuleConditions {
        audience: Some(RuleAudience {
            tier_ids: vec![id(GOLD).to_string()],
            ..Default::default()
        }),
        ..Default::default()
    };
    let mut tier = conditions(gold, promotion(4, order_off(0, percent(500))));
    tier.benefit_class = BenefitClass::Tier.into();
    let birthday = RuleConditions {
        audience: Some(RuleAudience {
            birth_month: true,
            ..Default::default()
        }),
        ..Default::default()
    };
    let clock = testkit::noon().with_timezone(&chrono_tz::Asia::Taipei);
    let minute = i32::try_from(clock.num_seconds_from_midnight() / 60).unwrap();
    let first_hour = RuleConditions {
        hours: vec![DailyHours {
            from_minute: minute,
            to_minute: minute + 60,
        }],
        ..Default::default()
    };
    let buy_get = Effect::BuyGet(BuyGetEffect {
        buy: 2,
        get: 1,
        off: percent(5_000),
        ..Default::default()
    });
    let gift = Effect::Gift(GiftEffect {
        product_id: id(CAKE).to_string(),
        variant_id: id(CAKE).to_string(),
        quantity: 1,
        repeats: false,
    });
    let offer = Effect::AddOn(AddOnEffect {
        items: vec![AddOnItem {
            product_id: id(CAKE).to_string(),
            variant_id: id(CAKE).to_string(),
            price: 50,
            most: 1,
        }],
    });
    let budget = RuleLimits {
        budget: Some(60),
        ..Default::default()
    };
    let doubled = PointsEffect {
        factor_bp: 20_000,
        adds: false,
    };
    let few = RuleLimits {
        total: Some(5),
        ..Default::default()
    };
    vec![
        of_product(TEA, promotion(1, item_off(percent(1_000)))),
        of_product(TEA, promotion(2, buy_get)),
        promotion(3, order_off(300, amount(50))),
        tier,
        from_spend(500, promotion(5, gift)),
        from_spend(200, promotion(6, offer)),
        limits(
            budget,
            from_spend(250, promotion(7, order_off(0, amount(40)))),
        ),
        conditions(birthday, promotion(8, order_off(0, amount(7)))),
        conditions(first_hour, promotion(9, order_off(0, amount(3)))),
        limits(few, promotion(24, Effect::Points(doubled))),
    ]
}

/// A club whose brand takes one code an order, with a member of gold who has points.
async fn club() -> Club {
    let club = Club::open(rules()).await;
    for (n, price) in PRICES {
        club.sells(n, "商品", price);
    }
    club.points(300, 2_000);
    {
        let mut state = club.membership.state.lock();
        state.document.max_codes = 1;
        state.member.tier_id = id(GOLD).to_string();
        state.member.birth_month = 9;
        state.uses = vec![RuleUse {
            rule_id: id(7).to_string(),
            spent: 45,
            ..Default::default()
        }];
    }
    let budget = RuleLimits {
        budget: Some(1_000),
        per_member: Some(1),
        ..Default::default()
    };
    club.code("LESS", promotion(20, order_off(0, amount(10))));
    club.code(
        "MORE",
        limits(budget, promotion(21, order_off(0, amount(25)))),
    );
    club.code("FAR", promotion(22, order_off(9_000, amount(900))));
    let mut alone = promotion(23, order_off(0, amount(1)));
    alone.not_beside = vec![BenefitClass::Promotion.into()];
    club.code("ALONE", alone);
    club
}

async fn place(club: &Club, key: &str, as_member: bool, cart: Cart) {
    let mut customer = if as_member {
        club.member()
    } else {
        club.guest()
    };
    club.place(&mut customer, key, &cart).await.unwrap();
}

fn codes(codes: &[&str], cart: Cart) -> Cart {
    Cart {
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        ..cart
    }
}

/// Orders of guests and of a member with everything that an order can have.
async fn sell(club: &Club) {
    let large = club.cart(&[(BOX, 1), (TEA, 3)]);
    let huge = club.cart(&[(BOX, 2), (TEA, 1)]);
    place(club, "plain", false, club.cart(&[(CAKE, 1)])).await;
    place(club, "guest", false, large.clone()).await;
    place(club, "gift", false, huge.clone()).await;
    let declined = Cart {
        declined_gifts: vec![id(5).to_string()],
        ..huge.clone()
    };
    place(club, "declined", false, declined).await;
    let mut offered = club.cart(&[(BOX, 1)]);
    offered.lines.push(line(CAKE, 1));
    offered.lines[1].offered_by = id(6).to_string();
    place(club, "offered", false, offered).await;
    place(
        club,
        "two-codes",
        false,
        codes(&["FAR", "LESS", "MORE"], large.clone()),
    )
    .await;
    let insisting = Cart {
        insisted: vec!["ALONE".to_owned()],
        ..codes(&["ALONE"], large.clone())
    };
    place(club, "insisting", false, insisting).await;

    let coupon = club.coupon(promotion(30, order_off(0, percent(700))));
    let with_all = Cart {
        coupons: vec![coupon],
        points: 50,
        ..codes(&["MORE"], huge.clone())
    };
    place(club, "with-all", true, with_all).await;
    place(club, "member", true, large).await;
    let key = id(CAKE).to_string();
    club.shop.capacity.state.lock().left.insert(key, 0);
    // What is cached of the availability is half a second old at most.
    let sold_out = async || {
        let quote = club.quote(&mut club.member(), &huge).await;
        quote.benefits.unwrap().gifts[0].state() == GiftState::SoldOut
    };
    testkit::eventually(sold_out).await;
    place(club, "sold-out", true, huge.clone()).await;
}

/// The menu of all these orders.
struct Menu;

impl PastMenu for Menu {
    fn categories(&self, product: ProductId, _: VariantId) -> Vec<CategoryId> {
        vec![CategoryId::from_uuid(product.as_uuid())]
    }
}

fn list_price(product: ProductId, _: VariantId) -> Option<Amount> {
    let mut prices = PRICES.iter();
    let found = prices.find(|(n, _)| id(*n) == product.as_uuid());
    found.map(|(_, price)| Amount::new(*price))
}

async fn listed(club: &Club) -> Vec<OrderSnapshot> {
    let service = identities::service("membership", club.shop.org);
    let mut snapshots = SnapshotServiceClient::new(club.shop.service.channel_as(&service));
    let request = ListSnapshotRequest {
        subject: "ordering.every_order".to_owned(),
        page_size: 200,
        ..Default::default()
    };
    let page = snapshots.list_snapshot(request).await.unwrap().into_inner();
    let order = |body| OrderChanged::decode(body).unwrap().order.unwrap();
    page.items
        .into_iter()
        .map(|item| order(item.body))
        .collect()
}

/// Prices orders by their own rules and by others instead of rule 3.
fn replay(
    club: &Club,
    orders: &[OrderSnapshot],
    documents: &HashMap<i64, RuleDocument>,
    tried: Option<&Rule>,
) -> ReplayReport {
    let entered: Vec<BenefitRule> = {
        let state = club.membership.state.lock();
        let all = state.codes.values().chain(state.coupons.values());
        all.filter_map(|benefit| benefit.rule.clone()).collect()
    };
    let rule_of = |entry: &PricedEntry| {
        let mut entered = entered.iter();
        let found = entered
            .find(|rule| (&rule.rule_id, rule.version) == (&entry.rule_id, entry.rule_version))?;
        benefit_rules::rule(found, &list_price).unwrap()
    };
    let mut replay = Replay::default();
    for order in orders {
        let version = order.priced_with.as_ref().unwrap().rules_version;
        let document = benefit_rules::document(&documents[&version], &list_price).unwrap();
        let past = past(order, &document, &rule_of);
        let trial = Trial::new(document.rules.clone(), &after(&document.rules, tried));
        replay.next(&past, &trial.unwrap());
    }
    replay.report()
}

fn past(
    order: &OrderSnapshot,
    document: &Document,
    rule_of: &dyn Fn(&PricedEntry) -> Option<Rule>,
) -> PastOrder {
    past_order(order, &Menu, document, rule_of).unwrap()
}

fn after(rules: &RuleSet, tried: Option<&Rule>) -> RuleSet {
    let Some(tried) = tried else {
        return rules.clone();
    };
    let without = benefit_rules::without(rules, RuleId::from_uuid(id(3))).unwrap();
    benefit_rules::with(&without, tried).unwrap()
}

/// E20 with everything that an order can have: each is reproduced, then a new version is tried.
#[tokio::test]
async fn every_order_is_reproduced_to_the_dollar() {
    let club = club().await;
    sell(&club).await;
    let mut documents = HashMap::new();
    let first = club.membership.state.lock().document.clone();
    documents.insert(first.version, first);

    // An hour later other rules act, and one no longer does.
    club.shop.advance(61 * 60);
    {
        let mut state = club.membership.state.lock();
        state.document.rules[2] = promotion(3, order_off(300, amount(60)));
        state.document.rules[2].version = 2;
        state.document.max_codes = 2;
    }
    club.publish().await;
    let second = club.membership.state.lock().document.clone();
    documents.insert(second.version, second);
    let cart = codes(&["LESS", "MORE"], club.cart(&[(BOX, 1), (TEA, 2)]));
    let off = async || {
        let quote = club.quote(&mut club.guest(), &cart).await;
        let discounts = quote.benefits.unwrap().discounts;
        discounts.iter().any(|one| one.amount == -60)
    };
    testkit::eventually(off).await;
    place(&club, "later", false, cart.clone()).await;

    let orders = listed(&club).await;
    assert_eq!(orders.len(), 11);
    let report = replay(&club, &orders, &documents, None);
    assert_eq!(report.mismatches, []);
    assert_eq!((report.orders, report.reproduced), (11, 11));
    assert_eq!(report.touched, 0);

    let wire = promotion(3, order_off(250, amount(50)));
    let wire = BenefitRule { version: 3, ..wire };
    let tried = benefit_rules::rule(&wire, &list_price).unwrap().unwrap();
    let report = replay(&club, &orders, &documents, Some(&tried));
    assert_eq!(report.reproduced, 11);
    assert!(report.touched > 0);
}

#[tokio::test]
async fn only_the_list_says_what_an_order_was_priced_with() {
    let club = club().await;
    let mut events = club
        .shop
        .service
        .listen(&["ordering.order.placed.v1"])
        .await;
    place(&club, "k", true, codes(&["LESS"], club.cart(&[(BOX, 1)]))).await;
    let event: OrderChanged = events.next().await.decode().unwrap();
    assert_eq!(
        event.order.unwrap().priced_with,
        None,
        "events go to everyone"
    );

    let orders = listed(&club).await;
    let with = orders[0].priced_with.as_ref().unwrap();
    let member = with.member.as_ref().unwrap();
    assert_eq!(
        (member.tier_id.clone(), member.birth_month, member.points),
        (id(GOLD).to_string(), 9, 300)
    );
    assert_eq!(with.rules_version, 1);
    let entered: Vec<_> = with
        .entered
        .iter()
        .map(|entry| (entry.rule_id.clone(), entry.used))
        .collect();
    assert_eq!(entered, [(id(20).to_string(), true)]);
    let at = with.priced_at.as_ref().unwrap().seconds;
    assert_eq!(at, testkit::noon().timestamp());
}
