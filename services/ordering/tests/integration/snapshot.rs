//! Ordering lists its orders for consumers that start empty, each by its last event.

use prost::Message as _;
use proto::{
    common::v1::{
        ListSnapshotRequest, SnapshotItem, snapshot_service_client::SnapshotServiceClient,
    },
    ordering::v1::{OrderChanged, OrderState},
};
use testkit::identities;

use crate::common::{Shop, cancel, to, transitioned};

async fn listed(shop: &Shop, subject: &str) -> Vec<SnapshotItem> {
    let service = identities::service("capacity", shop.org);
    let mut snapshots = SnapshotServiceClient::new(shop.service.channel_as(&service));
    let request = ListSnapshotRequest {
        subject: subject.to_owned(),
        ..Default::default()
    };
    let page = snapshots.list_snapshot(request).await.unwrap().into_inner();
    assert_eq!(page.next_page_token, "");
    page.items
}

#[tokio::test]
async fn every_order_is_listed_by_the_event_of_its_present_state() {
    let shop = Shop::open().await;
    let (placed, _) = shop.placed("placed").await;
    let (accepted, _) = shop.placed("accepted").await;
    let (cancelled, _) = shop.placed("cancelled").await;
    let accepted = transitioned(&mut shop.counter(), to(&accepted, OrderState::Accepted))
        .await
        .unwrap();
    let cancelled = transitioned(&mut shop.counter(), cancel(&cancelled))
        .await
        .unwrap();

    let items = listed(&shop, "ordering.order").await;
    assert_eq!(items.len(), 3);
    let item = |id: &str| {
        let found = items.iter().find(|item| item.aggregate_id == id);
        found.unwrap().clone()
    };
    let found = item(&placed.order_id);
    assert_eq!(
        (&*found.r#type, found.version),
        ("ordering.order.placed.v1", 1)
    );
    let order = OrderChanged::decode(found.body).unwrap().order.unwrap();
    assert_eq!(order.pickup_number, placed.pickup_number);

    let found = item(&accepted.order_id);
    assert_eq!(
        (&*found.r#type, found.version),
        ("ordering.order.accepted.v1", accepted.version)
    );
    let body = OrderChanged::decode(found.body).unwrap();
    let (change, order) = (body.change.unwrap(), body.order.unwrap());
    assert_eq!(
        (change.from(), change.to(), order.state()),
        (
            OrderState::Placed,
            OrderState::Accepted,
            OrderState::Accepted
        )
    );
    assert_eq!(order.lines.len(), 1, "a new consumer gets the whole order");

    let found = item(&cancelled.order_id);
    assert_eq!(
        (&*found.r#type, found.version),
        ("ordering.order.cancelled.v1", cancelled.version)
    );
    let change = OrderChanged::decode(found.body).unwrap().change.unwrap();
    assert!(change.return_stock, "nothing was used up");
}

#[tokio::test]
async fn orders_closed_long_ago_are_left_out() {
    let shop = Shop::open().await;
    let (closed, _) = shop.placed("closed").await;
    transitioned(&mut shop.counter(), cancel(&closed))
        .await
        .unwrap();
    let (open, _) = shop.placed("open").await;
    shop.service.clock().advance(chrono::TimeDelta::days(31));
    let items = listed(&shop, "ordering.order").await;
    let ids: Vec<_> = items
        .iter()
        .map(|item| item.aggregate_id.as_str())
        .collect();
    assert_eq!(ids, [open.order_id]);
    assert_eq!(listed(&shop, "ordering.every_order").await.len(), 2);
}
