//! Orders for services: by their ids, whole and masked, and summed up by days.

use crate::common::{Client, Shop, reason, to, transitioned};
use chassis::clock::Clock as _;
use proto::ordering::v1::{
    CompletedDay, GetOrderSnapshotsRequest, OrderChanged, OrderState, SumCompletedOrdersRequest,
    TransitionOrderRequest,
};
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

fn days(shop: &Shop, from: &str, to: &str) -> SumCompletedOrdersRequest {
    SumCompletedOrdersRequest {
        branch_ids: vec![shop.branch().to_string()],
        from: from.to_owned(),
        to: to.to_owned(),
    }
}

async fn summed(client: &mut Client, request: SumCompletedOrdersRequest) -> Vec<CompletedDay> {
    let summed = client.sum_completed_orders(request).await.unwrap();
    summed.into_inner().days
}

#[tokio::test]
async fn a_service_gets_what_branches_sold_by_day() {
    let shop = Shop::open().await;
    let mut goods = 0;
    for key in ["one", "two"] {
        let (order, _) = shop.placed(key).await;
        let completed = TransitionOrderRequest {
            cash_received: true,
            ..to(&order, OrderState::Completed)
        };
        let completed = transitioned(&mut shop.counter(), completed).await.unwrap();
        goods += completed.goods_total;
    }
    // What is not completed is not sold yet.
    shop.placed("open").await;
    let clock = shop
        .service
        .clock()
        .now()
        .with_timezone(&chrono_tz::Asia::Taipei);
    let today = clock.date_naive().to_string();
    let sold = CompletedDay {
        branch_id: shop.branch().to_string(),
        business_day: today.clone(),
        orders: 2,
        net: goods,
    };
    let mut peer = shop.peer();
    let of_month = days(&shop, "2026-01-01", "2026-04-10");
    assert_eq!(summed(&mut peer, of_month).await, []);
    assert_eq!(summed(&mut peer, days(&shop, &today, &today)).await, [sold]);

    let stranger = identities::service("membership", testkit::organisation());
    let foreign = summed(&mut shop.client(&stranger), days(&shop, &today, &today)).await;
    assert_eq!(foreign, []);
    let too_long = days(&shop, "2026-01-01", "2026-04-11");
    let refused = peer.sum_completed_orders(too_long).await;
    assert_eq!(reason(refused), "PERIOD_INVALID");
    let many = SumCompletedOrdersRequest {
        branch_ids: vec![shop.branch().to_string(); 51],
        ..days(&shop, &today, &today)
    };
    assert_eq!(
        reason(peer.sum_completed_orders(many).await),
        "VALIDATION_FAILED"
    );
    let staff = shop
        .counter()
        .sum_completed_orders(days(&shop, &today, &today))
        .await;
    assert_eq!(reason(staff), "PERMISSION_DENIED");
}
