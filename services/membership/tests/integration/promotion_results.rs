//! What a promotion did, beside all that its branches sold.

use chassis::{authn::Scope, id::OrderId, outbox::Event};
use proto::{
    membership::v1::{GetPromotionResultRequest, Promotion, PromotionBranchDay, PromotionDay},
    ordering::v1::{
        CompletedDay, OrderChange, OrderChanged, OrderSnapshot, OrderState, SnapshotAdjustment,
        SnapshotLine,
    },
};

use testkit::eventually;

use crate::rule_shop::{Shop, off};

/// An order of 500 that the promotion took 50 off is completed.
async fn complete(shop: &Shop, promotion: &Promotion, business_day: &str) {
    let order = OrderId::new(shop.service.clock());
    let adjustment = SnapshotAdjustment {
        rule_id: promotion.promotion_id.clone(),
        rule_version: 1,
        amount: -50,
        ..Default::default()
    };
    let snapshot = OrderSnapshot {
        order_id: order.to_string(),
        branch_id: shop.branch.to_string(),
        brand_id: shop.brand.to_string(),
        state: OrderState::Completed.into(),
        business_day: business_day.to_owned(),
        goods_total: 450,
        version: 2,
        lines: vec![SnapshotLine {
            adjustments: vec![adjustment],
            ..Default::default()
        }],
        ..Default::default()
    };
    let change = OrderChange {
        order_id: order.to_string(),
        brand_id: shop.brand.to_string(),
        branch_id: shop.branch.to_string(),
        version: 2,
        from: OrderState::Ready.into(),
        to: OrderState::Completed.into(),
        ..Default::default()
    };
    let body = OrderChanged {
        change: Some(change),
        order: Some(snapshot),
    };
    let event = Event::new("ordering.order.completed.v1", order.as_uuid(), 2, &body);
    let counted = "SELECT count(*) FROM promotion_orders";
    let before = shop.count(counted).await;
    shop.service.deliver(shop.org, &[event]).await;
    eventually(|| async { shop.count(counted).await == before + 1 }).await;
}

async fn result(shop: &Shop, promotion: &Promotion, scope: Scope) -> Vec<PromotionDay> {
    let request = GetPromotionResultRequest {
        promotion_id: promotion.promotion_id.clone(),
        from: "2026-09-01".to_owned(),
        to: "2026-09-30".to_owned(),
    };
    let mut staff = shop.promotions_as(&shop.staff_of(scope));
    let found = staff.get_promotion_result(request).await.unwrap();
    found.into_inner().days
}

fn sold(shop: &Shop, business_day: &str, orders: i32, net: i64) -> CompletedDay {
    CompletedDay {
        branch_id: shop.branch.to_string(),
        business_day: business_day.to_owned(),
        orders,
        net,
    }
}

#[tokio::test]
async fn a_day_stands_beside_the_same_weekday_before() {
    let shop = Shop::open().await;
    let promotion = shop.enabled("p", off(50)).await;
    complete(&shop, &promotion, "2026-09-10").await;
    complete(&shop, &promotion, "2026-09-10").await;
    let brand = || Scope {
        brands: [shop.brand].into(),
        ..Scope::default()
    };

    // While ordering is away the promotion's own numbers are there all the same.
    let days = result(&shop, &promotion, brand()).await;
    let [day] = days.as_slice() else {
        panic!("one day: {days:?}")
    };
    assert_eq!((day.orders, day.discount, day.net), (2, 100, 900));
    assert_eq!((day.branch_day, day.week_before), (None, None));

    let before = sold(&shop, "2026-09-03", 7, 2_100);
    let same_day = sold(&shop, "2026-09-10", 9, 3_300);
    let between = sold(&shop, "2026-09-09", 99, 99_000);
    shop.ordering
        .has_sold(vec![before, between, same_day])
        .await;
    let days = result(&shop, &promotion, brand()).await;
    let all_of = |orders, net| Some(PromotionBranchDay { orders, net });
    assert_eq!(
        (days[0].branch_day, days[0].week_before),
        (all_of(9, 3_300), all_of(7, 2_100))
    );

    // Nothing was sold on that weekday.
    shop.ordering.has_sold(Vec::new()).await;
    let days = result(&shop, &promotion, brand()).await;
    assert_eq!(days[0].week_before, all_of(0, 0));
}

#[tokio::test]
async fn what_a_branch_sold_is_for_those_of_its_scope() {
    let shop = Shop::open().await;
    let far = chassis::id::BranchId::new(shop.service.clock());
    shop.add_branch(shop.brand, far).await;
    let promotion = shop.enabled("p", off(50)).await;
    complete(&shop, &promotion, "2026-09-10").await;
    let same_day = sold(&shop, "2026-09-10", 9, 3_300);
    shop.ordering.has_sold(vec![same_day]).await;
    let of = |branch| Scope {
        branches: [branch].into(),
        ..Scope::default()
    };
    let own = result(&shop, &promotion, of(shop.branch)).await;
    assert_eq!(own[0].branch_day.map(|day| day.net), Some(3_300));
    let others = result(&shop, &promotion, of(far)).await;
    assert_eq!(others[0].branch_day, None);
}
