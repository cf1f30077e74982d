//! Orders by their ids, as screens name them that know only ids.

use chassis::{
    authn::{Level, Scope},
    clock::SystemClock,
    id::{BranchId, OrderId},
};
use proto::ordering::v1::{FindOrdersRequest, OrderState, OrderSummary};
use testkit::identities;

use crate::common::{Client, Shop, reason};

async fn find(client: &mut Client, order_ids: &[String]) -> Vec<OrderSummary> {
    let request = FindOrdersRequest {
        order_ids: order_ids.to_vec(),
    };
    let found = client.find_orders(request).await.unwrap();
    found.into_inner().orders
}

#[tokio::test]
async fn orders_are_found_in_the_order_asked_for_and_unknown_ones_left_out() {
    let shop = Shop::open().await;
    let (first, _) = shop.placed("k1").await;
    let (second, _) = shop.placed("k2").await;
    let unknown = OrderId::new(&SystemClock).to_string();
    let ids = [
        second.order_id.clone(),
        unknown,
        first.order_id.clone(),
        second.order_id.clone(),
    ];
    let found = find(&mut shop.counter(), &ids).await;
    let found_ids: Vec<_> = found.iter().map(|order| &order.order_id).collect();
    assert_eq!(found_ids, [&second.order_id, &first.order_id]);
    let total = second.total.unwrap().amount;
    let expected = OrderSummary {
        order_id: second.order_id,
        order_number: second.order_number,
        pickup_number: second.pickup_number,
        contact_name: second.contact_name,
        method: second.method,
        state: OrderState::Placed.into(),
        total,
    };
    assert_eq!(found[0], expected);
}

#[tokio::test]
async fn orders_outside_the_scope_or_of_another_organisation_are_left_out() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let ids = [order.order_id];
    let scope = Scope {
        branches: [BranchId::new(&SystemClock)].into(),
        ..Default::default()
    };
    let elsewhere = identities::staff(shop.org, &[("ops.orders", Level::Manage)], scope);
    assert_eq!(find(&mut shop.client(&elsewhere), &ids).await, []);
    let stranger = identities::owner(testkit::organisation());
    assert_eq!(find(&mut shop.client(&stranger), &ids).await, []);
    assert_eq!(find(&mut shop.counter(), &ids).await.len(), 1);
}

#[tokio::test]
async fn too_many_or_malformed_ids_are_refused() {
    let shop = Shop::open().await;
    for order_ids in [
        vec!["7".to_owned()],
        vec![OrderId::new(&SystemClock).to_string(); 201],
    ] {
        let request = FindOrdersRequest { order_ids };
        let refused = shop.counter().find_orders(request).await;
        assert_eq!(reason(refused), "VALIDATION_FAILED");
    }
}
