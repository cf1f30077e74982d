//! Orders by their ids, whole and masked, for services.

use crate::common::{Shop, reason};
use proto::ordering::v1::{GetOrderSnapshotsRequest, OrderChanged};
use testkit::identities;

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
    let stranger = identities::service("catalog", testkit::organisation());
    let ids = request(vec![order.order_id]);
    let read = shop.client(&stranger).get_order_snapshots(ids).await;
    assert_eq!(read.unwrap().into_inner().orders, []);
}
