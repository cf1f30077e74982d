//! Holds under pressure, over time and by events.

use chassis::id::{OrderId, RefundId};
use chrono::TimeDelta;
use futures::{StreamExt as _, stream};
use proto::{
    membership::v1::{
        HoldBenefitsRequest, ReleaseBenefitsRequest, ReturnBenefitsRequest, RuleLimits,
    },
    ordering::v1::OrderState,
};
use testkit::eventually;

use crate::rule_shop::{Shop, code_use, coupon_use, limited, problem, promotion_use, reason};

const AT_ONCE: usize = 64;

fn phone(number: usize) -> String {
    format!("+8869{number:08}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_buyers_share_a_hundred_uses() {
    let shop = Shop::open().await;
    let hundred = RuleLimits {
        total: Some(100),
        ..RuleLimits::default()
    };
    shop.create_code("HUNDRED", limited(10, hundred))
        .await
        .unwrap();
    let found = shop.try_code(None, "HUNDRED").await;
    let buyers = stream::iter(0..1_000).map(|number| {
        let (shop, found) = (&shop, &found);
        async move {
            let answer = shop
                .hold_for(None, &phone(number), vec![code_use(found, 10)])
                .await;
            match answer {
                Ok(_) => true,
                refused => {
                    assert_eq!(reason(refused), "CODE_USED_UP");
                    false
                }
            }
        }
    });
    let held = buyers
        .buffer_unordered(AT_ONCE)
        .filter(|held| std::future::ready(*held));
    assert_eq!(held.count().await, 100);
    assert_eq!(
        (shop.taken("total").await, shop.taken("budget").await),
        (100, 1_000)
    );
    assert_eq!(shop.miscounted().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_is_spent_to_the_dollar() {
    let shop = Shop::open().await;
    let budget = RuleLimits {
        budget: Some(1_000),
        ..RuleLimits::default()
    };
    let promotion = shop.enabled("a", limited(30, budget)).await;
    let buyers = stream::iter(0..200).map(|_| {
        let (shop, promotion) = (&shop, &promotion);
        async move {
            shop.hold_for(None, "", vec![promotion_use(promotion, 30)])
                .await
                .is_ok()
        }
    });
    let held = buyers
        .buffer_unordered(AT_ONCE)
        .filter(|held| std::future::ready(*held));
    assert_eq!(held.count().await, 33);
    assert_eq!(shop.taken("budget").await, 990);
    // What is left of it can still be spent, and not a dollar more.
    let refused = problem(
        shop.hold_for(None, "", vec![promotion_use(&promotion, 11)])
            .await,
    );
    assert_eq!(
        (refused.reason.as_str(), refused.fields[0].field.as_str()),
        ("RULE_USED_UP", "uses[0]")
    );
    shop.hold_for(None, "", vec![promotion_use(&promotion, 10)])
        .await
        .unwrap();
    assert_eq!(shop.taken("budget").await, 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_coupon_is_used_once_in_two_tabs() {
    let shop = Shop::open().await;
    let member = shop.member().await;
    let template = shop.template(|_| {}).await;
    for _ in 0..10 {
        let request = proto::membership::v1::IssueCouponsRequest {
            idempotency_key: OrderId::new(shop.service.clock()).to_string(),
            template_id: template.template_id.clone(),
            member_ids: vec![member.to_string()],
            reason: String::new(),
        };
        shop.coupons().issue_coupons(request).await.unwrap();
        let coupons = shop.coupons_of(member).await;
        let coupon = coupons.iter().find(|coupon| coupon.uses_left == 1).unwrap();
        let tab = || shop.hold_for(Some(member), "", vec![coupon_use(&coupon.coupon_id, 50)]);
        let (one, other) = futures::future::join(tab(), tab()).await;
        assert_ne!(one.is_ok(), other.is_ok());
        let refused = problem(if one.is_ok() { other } else { one });
        assert_eq!(
            (refused.reason.as_str(), refused.fields[0].field.as_str()),
            ("COUPON_USED", "coupons[0]")
        );
    }
}

#[tokio::test]
async fn all_that_is_missing_is_named_and_nothing_is_kept() {
    let shop = Shop::open().await;
    let one = RuleLimits {
        total: Some(1),
        ..RuleLimits::default()
    };
    shop.create_code("ONCE", limited(10, one)).await.unwrap();
    let promotion = shop.enabled("a", limited(10, one)).await;
    let free = shop.enabled("b", limited(10, RuleLimits::default())).await;
    let found = shop.try_code(None, "ONCE").await;
    let uses = vec![code_use(&found, 10), promotion_use(&promotion, 10)];
    shop.hold_for(None, "", uses.clone()).await.unwrap();
    let uses = [uses, vec![promotion_use(&free, 10)]].concat();
    let refused = problem(shop.hold_for(None, "", uses).await);
    let fields: Vec<_> = refused
        .fields
        .iter()
        .map(|field| (field.field.as_str(), field.reason.as_str()))
        .collect();
    assert_eq!(
        fields,
        [("codes[0]", "CODE_USED_UP"), ("uses[1]", "RULE_USED_UP")]
    );
    assert_eq!(
        (
            shop.taken("total").await,
            shop.count("SELECT count(*) FROM benefit_holds").await
        ),
        (2, 1)
    );
}

#[tokio::test]
async fn a_hold_key_finds_its_hold() {
    let shop = Shop::open().await;
    let promotion = shop.enabled("a", limited(10, RuleLimits::default())).await;
    let request = shop.hold_request(None, vec![promotion_use(&promotion, 10)]);
    let first = shop.hold(request.clone()).await.unwrap();
    let again = HoldBenefitsRequest {
        order_id: OrderId::new(shop.service.clock()).to_string(),
        ..request
    };
    assert_eq!(shop.hold(again).await.unwrap().order_id, first.order_id);
    assert_eq!(shop.taken("total").await, 1);
}

#[tokio::test]
async fn a_hold_lapses_unless_its_order_exists() {
    let shop = Shop::open().await;
    let promotion = shop.enabled("a", limited(10, RuleLimits::default())).await;
    let uses = || vec![promotion_use(&promotion, 10)];
    let never_made = shop.hold_request(None, uses());
    shop.hold(never_made.clone()).await.unwrap();
    let waits = shop.hold_for(None, "", uses()).await.unwrap();
    shop.ordering
        .knows(waits, OrderState::PendingPayment, 1)
        .await;
    let placed = shop.hold_for(None, "", uses()).await.unwrap();
    shop.ordering.knows(placed, OrderState::Placed, 1).await;

    shop.service.clock().advance(TimeDelta::minutes(2));
    eventually(async || shop.taken("total").await == 2).await;
    eventually(async || {
        let sql = "SELECT count(*) FROM benefit_holds WHERE state = 'used'";
        shop.count(sql).await == 1
    })
    .await;
    // The customer tries the same order once more.
    let again = shop.hold(never_made.clone()).await.unwrap();
    assert_eq!(again.order_id, never_made.order_id);
    assert_eq!(shop.taken("total").await, 3);
    assert_eq!(shop.miscounted().await, 0);
}

#[tokio::test]
async fn only_what_belongs_to_no_order_is_released() {
    let shop = Shop::open().await;
    let promotion = shop.enabled("a", limited(10, RuleLimits::default())).await;
    let uses = || vec![promotion_use(&promotion, 10)];
    let made = shop.hold_for(None, "", uses()).await.unwrap();
    shop.order_is(made, OrderState::Placed, 1).await;
    eventually(async || {
        let sql = "SELECT count(*) FROM benefit_holds WHERE state = 'used'";
        shop.count(sql).await == 1
    })
    .await;
    let unmade = shop.hold_for(None, "", uses()).await.unwrap();
    for (order, released) in [(made, false), (unmade, true), (unmade, false)] {
        let request = ReleaseBenefitsRequest {
            order_id: order.to_string(),
        };
        let answer = shop.benefits().release_benefits(request).await.unwrap();
        assert_eq!(answer.into_inner().released, released);
    }
    assert_eq!(shop.taken("total").await, 1);
}

#[tokio::test]
async fn events_in_any_order_and_number_have_one_end() {
    let shop = Shop::open().await;
    let promotion = shop.enabled("a", limited(10, RuleLimits::default())).await;
    let uses = || vec![promotion_use(&promotion, 10)];
    let orders = [
        shop.hold_for(None, "", uses()).await.unwrap(),
        shop.hold_for(None, "", uses()).await.unwrap(),
    ];
    let steps = [
        (OrderState::PendingPayment, 1),
        (OrderState::Placed, 2),
        (OrderState::Cancelled, 3),
    ];
    for (state, version) in steps {
        shop.order_is(orders[0], state, version).await;
    }
    for (state, version) in steps.into_iter().rev().chain(steps) {
        shop.order_is(orders[1], state, version).await;
    }
    eventually(async || {
        let sql =
            "SELECT count(*) FROM benefit_holds WHERE state = 'released' AND order_version = 3";
        shop.count(sql).await == 2
    })
    .await;
    assert_eq!(shop.taken("total").await, 0);
    assert_eq!(shop.miscounted().await, 0);
}

#[tokio::test]
async fn a_whole_refund_gives_back_and_a_part_keeps() {
    let shop = Shop::open().await;
    let member = shop.member().await;
    let once = RuleLimits {
        total: Some(1),
        ..RuleLimits::default()
    };
    shop.create_code("ONCE", limited(10, once)).await.unwrap();
    let template = shop.template(|_| {}).await;
    let coupon = shop.issue(&template, &[member]).await;
    let found = shop.try_code(Some(member), "ONCE").await;
    let uses = vec![code_use(&found, 10), coupon_use(&coupon.coupon_id, 50)];
    let order = shop.hold_for(Some(member), "", uses).await.unwrap();
    shop.order_is(order, OrderState::Placed, 1).await;
    eventually(async || {
        let sql = "SELECT count(*) FROM benefit_holds WHERE state = 'used'";
        shop.count(sql).await == 1
    })
    .await;
    let request = |whole: bool, refund: RefundId| ReturnBenefitsRequest {
        order_id: order.to_string(),
        refund_id: refund.to_string(),
        whole,
        ..ReturnBenefitsRequest::default()
    };
    let part = request(false, RefundId::new(shop.service.clock()));
    let part = shop
        .benefits()
        .return_benefits(part)
        .await
        .unwrap()
        .into_inner();
    assert_eq!((part.coupons_returned, part.codes_returned), (0, 0));
    assert_eq!(shop.taken("total").await, 1);

    // The coupon ends meanwhile; it comes back for seven days.
    shop.service.clock().advance(TimeDelta::days(40));
    let whole = request(true, RefundId::new(shop.service.clock()));
    for _ in 0..2 {
        let returned = shop
            .benefits()
            .return_benefits(whole.clone())
            .await
            .unwrap()
            .into_inner();
        assert_eq!((returned.coupons_returned, returned.codes_returned), (1, 1));
    }
    assert_eq!(shop.taken("total").await, 0);
    let coupon = shop.coupons_of(member).await.remove(0);
    assert_eq!(coupon.uses_left, 1);
    let until = testkit::noon() + TimeDelta::days(47);
    assert_eq!(coupon.valid_until, Some(chassis::time::to_wire(until)));
    // A cancellation that comes after it gives nothing back twice.
    shop.order_is(order, OrderState::Cancelled, 2).await;
    eventually(async || {
        let sql = "SELECT count(*) FROM benefit_holds WHERE state = 'released'";
        shop.count(sql).await == 1
    })
    .await;
    assert_eq!(shop.taken("total").await, 0);
    assert_eq!(shop.coupons_of(member).await.remove(0).uses_left, 1);
}

/// Whatever orders do, counters are the sum of what living orders use, and never above their limit.
#[tokio::test]
async fn counters_equal_a_model_of_them() {
    let shop = Shop::open().await;
    let limits = RuleLimits {
        total: Some(5),
        budget: Some(120),
        per_member: Some(2),
        ..RuleLimits::default()
    };
    shop.create_code("MODEL", limited(10, limits))
        .await
        .unwrap();
    let found = shop.try_code(None, "MODEL").await;
    // Orders that hold or use: phone and discount.
    let mut living: Vec<(OrderId, usize, i64)> = Vec::new();
    let mut random: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut draw = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % 1_000_003).unwrap() % below
    };
    for _ in 0..150 {
        if draw(3) > 0 {
            let (customer, amount) = (draw(4), i64::try_from(draw(50)).unwrap());
            let spent: i64 = living.iter().map(|order| order.2).sum();
            let own = living.iter().filter(|order| order.1 == customer).count();
            let fits = living.len() < 5 && spent + amount <= 120 && own < 2;
            let answer = shop
                .hold_for(None, &phone(customer), vec![code_use(&found, amount)])
                .await;
            assert_eq!(answer.is_ok(), fits, "{living:?} + {customer} {amount}");
            if let Ok(order) = answer {
                living.push((order, customer, amount));
            }
        } else if !living.is_empty() {
            let (order, ..) = living.remove(draw(living.len()));
            let request = ReleaseBenefitsRequest {
                order_id: order.to_string(),
            };
            shop.benefits().release_benefits(request).await.unwrap();
        }
    }
    assert_eq!(
        shop.taken("total").await,
        i64::try_from(living.len()).unwrap()
    );
    assert_eq!(
        shop.taken("budget").await,
        living.iter().map(|order| order.2).sum::<i64>()
    );
    assert_eq!(shop.miscounted().await, 0);
}
