//! Timers and batches: what fails for one never fails for others, and nothing grows for ever.

use crate::common::{Shop, hold, reason};
use chassis::id::{OrderId, SkuId};
use chrono::TimeDelta;
use futures::future::join_all;
use proto::capacity::v1::{ListStockMovementsRequest, MovementKind, StockMovement};
use sqlx::AssertSqlSafe;
use testkit::eventually;

/// Lets the database refuse every write of a table's rows that `condition` is true of.
async fn refuse(shop: &Shop, table: &str, condition: &str) {
    let sql = format!(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN RAISE EXCEPTION 'refused by the test'; END $$;
         CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON {table}
             FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION refuse();"
    );
    let mut superuser = shop.db.superuser().await;
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut superuser)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_the_database_refuses_takes_no_other_along() {
    let shop = Shop::open().await;
    let sku = shop.running(30).await;
    let orders: Vec<_> = (0..20).map(|_| shop.order(&[(sku, 1)])).collect();
    let bad = orders[7].order_id.clone();
    refuse(&shop, "holds", &format!("NEW.order_id = '{bad}'")).await;

    // While the branch is locked the first call waits, and the others form a batch behind it.
    let mut lock = shop.db.superuser().await;
    sqlx::raw_sql("BEGIN; SELECT FROM branches FOR UPDATE")
        .execute(&mut lock)
        .await
        .unwrap();
    let calls = orders
        .iter()
        .map(|order| tokio::spawn(hold(shop.ordering_of(0), order.clone())));
    let calls: Vec<_> = calls.collect();
    eventually(async || {
        let waiting = "SELECT count(*) FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let waiting: i64 = sqlx::query_scalar(waiting)
            .fetch_one(&mut shop.db.superuser().await)
            .await
            .unwrap();
        waiting > 0
    })
    .await;
    sqlx::raw_sql("COMMIT").execute(&mut lock).await.unwrap();
    for (order, answer) in orders.iter().zip(join_all(calls).await) {
        let answer = answer.unwrap();
        if order.order_id == bad {
            assert_eq!(reason(answer), "INTERNAL");
        } else {
            assert_eq!(answer.unwrap().order_id, order.order_id);
        }
    }
    assert_eq!(shop.counters(sku).await, (30, 19, 11));
}

#[tokio::test]
async fn lapsed_holds_are_given_back_although_another_tenants_and_one_of_their_own_cannot_be() {
    let mut shop = Shop::open().await;
    let sku = shop.running(5).await;
    let (first, stuck) = (shop.held(&[(sku, 1)]).await, shop.held(&[(sku, 1)]).await);
    let (org, branch) = (shop.org, shop.branch);
    let (other_org, other_branch) = shop.other_organisation().await;
    (shop.org, shop.branch) = (other_org, other_branch);
    let elsewhere = shop.held(&[]).await;
    (shop.org, shop.branch) = (org, branch);

    let condition = format!("NEW.org_id = '{other_org}' OR NEW.order_id = '{stuck}'");
    refuse(&shop, "holds", &condition).await;
    shop.clock.advance(TimeDelta::seconds(121));
    eventually(async || shop.stored(first).await.0 == "released").await;
    assert_eq!(shop.stored(stuck).await.0, "held");
    assert_eq!(shop.stored(elsewhere).await.0, "held");

    let mut superuser = shop.db.superuser().await;
    sqlx::raw_sql("DROP TRIGGER refuse ON holds")
        .execute(&mut superuser)
        .await
        .unwrap();
    for order in [stuck, elsewhere] {
        eventually(async || shop.stored(order).await.0 == "released").await;
    }
}

/// The journal of a unit, oldest first.
async fn journal(shop: &Shop, sku: SkuId) -> Vec<StockMovement> {
    let request = ListStockMovementsRequest {
        branch_id: shop.branch.to_string(),
        sku_id: sku.to_string(),
        page_size: 100,
        ..ListStockMovementsRequest::default()
    };
    let page = shop
        .owner()
        .stock
        .list_stock_movements(request)
        .await
        .unwrap();
    let mut movements = page.into_inner().movements;
    movements.reverse();
    movements
}

fn summary(movements: &[StockMovement]) -> Vec<(MovementKind, i64, i64, i64)> {
    let response = |one: &StockMovement| {
        let after = (one.on_hand_after, one.held_after);
        (one.kind(), one.quantity, after.0, after.1)
    };
    movements.iter().map(response).collect()
}

#[tokio::test]
async fn movements_of_long_ago_are_folded_into_one_that_keeps_the_sum() {
    use MovementKind::{Committed, Held, Opening, Received};

    let shop = Shop::open().await;
    let (sku, daily) = (shop.running(10).await, shop.daily(20).await);
    let order: OrderId = shop.held(&[(sku, 3), (daily, 1)]).await;
    shop.publish_placed(order, 1).await;
    shop.eventually_counts(sku, (7, 0, 7)).await;
    assert_eq!(
        summary(&journal(&shop, sku).await),
        [
            (Received, 10, 10, 0),
            (Held, 3, 10, 3),
            (Committed, -3, 7, 0)
        ]
    );

    // 400 days and the rest of the month later.
    shop.clock.advance(TimeDelta::days(440));
    shop.record_movement(sku, Received, 5).await.unwrap();
    let another = shop.start_another().await;
    eventually(async || journal(&shop, sku).await.len() == 2).await;
    assert_eq!(
        summary(&journal(&shop, sku).await),
        [(Opening, 7, 7, 0), (Received, 5, 12, 0)]
    );
    assert_eq!(shop.counters(sku).await, (12, 0, 12));
    eventually(async || journal(&shop, daily).await.is_empty()).await;
    another.stop().await;

    // A fold of a fold.
    shop.clock.advance(TimeDelta::days(440));
    let another = shop.start_another().await;
    eventually(async || summary(&journal(&shop, sku).await) == [(Opening, 12, 12, 0)]).await;
    shop.held(&[(sku, 2)]).await;
    assert_eq!(
        summary(&journal(&shop, sku).await),
        [(Opening, 12, 12, 0), (Held, 2, 12, 2)]
    );
    another.stop().await;
}
