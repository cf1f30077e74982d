//! Orders by their ids: whole and masked for services, by their names for staff.

use crate::common::{Client, Shop, reason};
use chassis::{
    authn::{Level, Scope},
    id::BranchId,
};
use proto::ordering::v1::{
    FindOrdersRequest, GetOrderSnapshotsRequest, Order, OrderChanged, OrderSummary,
};
use testkit::identities;

async fn find(client: &mut Client, order_ids: Vec<String>) -> Vec<OrderSummary> {
    let request = FindOrdersRequest { order_ids };
    let found = client.find_orders(request).await.unwrap();
    found.into_inner().orders
}

#[tokio::test]
async fn a_service_reads_orders_as_their_events_carried_them() {
    let shop = Shop::open().await;
    let mut events = shop.service.listen(&["ordering.order.placed.v1"]).await;
    let (order, _) = shop.placed("k").await;
    let request = |order_ids| GetOrderSnapshotsRequest { order_ids };
    let unknown = shop.branch().to_string();
    let ids = vec![unknown, order.order_id.clone()];
    let read = shop.peer().get_order_snapshots(request(ids)).await.unwrap();
    let published: OrderChanged = events.next().await.decode().unwrap();
    assert_eq!(read.into_inner().orders, [published.order.unwrap()]);

    let many = vec![order.order_id.clone(); 201];
    let refused = shop.peer().get_order_snapshots(request(many)).await;
    assert_eq!(reason(refused), "VALIDATION_FAILED");
    let refused = shop.counter().get_order_snapshots(request(vec![])).await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");
    let stranger = identities::service("reporting", testkit::organisation());
    let ids = request(vec![order.order_id]);
    let read = shop.client(&stranger).get_order_snapshots(ids).await;
    assert_eq!(read.unwrap().into_inner().orders, []);
}

#[tokio::test]
async fn staff_finds_orders_of_its_branches_by_their_ids() {
    let shop = Shop::open().await;
    let (first, _) = shop.placed("k1").await;
    let (second, _) = shop.placed("k2").await;
    let ids = |orders: &[&Order]| orders.iter().map(|it| it.order_id.clone()).collect();
    let found = find(&mut shop.counter(), ids(&[&second, &first])).await;
    let names: Vec<_> = found
        .iter()
        .map(|it| (it.pickup_number.as_str(), it.contact_name.as_str()))
        .collect();
    assert_eq!(names, [("002", "陳小姐"), ("001", "陳小姐")]);
    assert_eq!(found[0].order_number, second.order_number);
    assert_eq!(found[0].total, second.total.as_ref().unwrap().amount);

    let scope = Scope {
        branches: [BranchId::new(shop.service.clock())].into(),
        ..Default::default()
    };
    let elsewhere = identities::staff(shop.org, &[("ops.orders", Level::Manage)], scope);
    let found = find(&mut shop.client(&elsewhere), ids(&[&first])).await;
    assert_eq!(found, []);
}
