//! The board: open orders by due time, or those of a day.

use crate::common::{Shop, cancel, reason, to, transitioned};
use proto::ordering::v1::{
    ListOrdersRequest, Order, OrderState, PlaceOrderRequest, TransitionOrderRequest,
};

async fn list(shop: &Shop, request: ListOrdersRequest) -> (Vec<Order>, String) {
    let request = ListOrdersRequest {
        branch_id: shop.branch().to_string(),
        ..request
    };
    let answer = shop
        .counter()
        .list_orders(request)
        .await
        .unwrap()
        .into_inner();
    (answer.orders, answer.next_page_token.unwrap_or_default())
}

#[tokio::test]
async fn open_orders_come_by_due_time_page_by_page() {
    let shop = Shop::open().await;
    let template = shop.request("", 1).await;
    let mut placed = Vec::new();
    for n in 0..45 {
        let request = PlaceOrderRequest {
            idempotency_key: format!("k{n}"),
            ..template.clone()
        };
        placed.push(shop.place(request).await.unwrap().order.unwrap());
        shop.advance(i64::from(n % 3 == 0));
    }
    let gone = placed.remove(7);
    transitioned(&mut shop.counter(), cancel(&gone))
        .await
        .unwrap();
    placed.sort_by_key(|order| (order.promised_at.unwrap().seconds, order.order_id.clone()));

    let mut found = Vec::new();
    let mut page_token = String::new();
    for expected_len in [20, 20, 4] {
        let page = ListOrdersRequest {
            page_size: 20,
            page_token,
            ..Default::default()
        };
        let (orders, next) = list(&shop, page).await;
        assert_eq!(orders.len(), expected_len);
        found.extend(orders);
        page_token = next;
    }
    assert!(page_token.is_empty());
    let ids = |orders: &[Order]| {
        orders
            .iter()
            .map(|o| o.order_id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&found), ids(&placed));
    assert!(
        found
            .iter()
            .all(|order| order.contact_phone == "0911***456")
    );
    assert!(found.iter().all(|order| !order.next_states.is_empty()));
}

#[tokio::test]
async fn a_day_and_states_and_text_narrow_the_list() {
    let shop = Shop::open().await;
    let (first, _) = shop.placed("k1").await;
    let mut other = shop.request("k2", 1).await;
    let contact = other.contact.as_mut().unwrap();
    (contact.name, contact.phone) = ("Ｌin 先生".into(), "0922000777".into());
    let second = shop.place(other).await.unwrap().order.unwrap();
    let first = transitioned(&mut shop.counter(), cancel(&first))
        .await
        .unwrap();

    let day = |business_day: &str, states: &[OrderState], text: &str| ListOrdersRequest {
        business_day: business_day.to_owned(),
        states: states.iter().map(|state| i32::from(*state)).collect(),
        text: text.to_owned(),
        ..Default::default()
    };
    let mut both = vec![first.order_id.clone(), second.order_id.clone()];
    both.sort();
    for (request, expected) in [
        (day("", &[], ""), vec![second.order_id.clone()]),
        (day("2026-09-02", &[], ""), both),
        (day("2026-09-03", &[], ""), vec![]),
        (
            day("2026-09-02", &[OrderState::Cancelled], ""),
            vec![first.order_id.clone()],
        ),
        (
            day("", &[OrderState::Placed], ""),
            vec![second.order_id.clone()],
        ),
        (day("", &[], "777"), vec![second.order_id.clone()]),
        // No more of the phone than its mask shows, or the rest could be guessed.
        (day("", &[], "0777"), vec![]),
        (day("", &[], "0922000777"), vec![]),
        (day("", &[], "77"), vec![]),
        (day("", &[], "002"), vec![second.order_id.clone()]),
        (day("", &[], "lin"), vec![second.order_id.clone()]),
        (day("", &[], "ＬＩＮ　先生"), vec![second.order_id.clone()]),
        (
            day("2026-09-02", &[], "ｌＩn"),
            vec![second.order_id.clone()],
        ),
        (day("", &[], "００２"), vec![second.order_id.clone()]),
        (day("", &[], "７７７"), vec![second.order_id.clone()]),
        (
            day("", &[], &second.order_number.to_lowercase()),
            vec![second.order_id.clone()],
        ),
        (day("", &[], "%"), vec![]),
    ] {
        let (orders, _) = list(&shop, request.clone()).await;
        let mut found: Vec<_> = orders.into_iter().map(|order| order.order_id).collect();
        found.sort();
        assert_eq!(found, expected, "{request:?}");
    }
}

#[tokio::test]
async fn an_order_closed_after_the_cutoff_is_listed_on_the_day_it_was_closed() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let listed = async |business_day: &str| {
        let request = ListOrdersRequest {
            business_day: business_day.to_owned(),
            ..Default::default()
        };
        let (orders, _) = list(&shop, request).await;
        orders.into_iter().map(|it| it.state()).collect::<Vec<_>>()
    };
    // 04:30 of the next morning: the order of yesterday is still open.
    shop.advance((16 * 60 + 30) * 60);
    assert_eq!(listed("2026-09-02").await, [OrderState::Placed]);
    let paid = TransitionOrderRequest {
        cash_received: true,
        ..to(&order, OrderState::Completed)
    };
    let done = transitioned(&mut shop.manager(), paid).await.unwrap();
    assert_eq!(listed("2026-09-02").await, []);
    assert_eq!(listed("2026-09-03").await, [OrderState::Completed]);

    let reopen = TransitionOrderRequest {
        reason: "少一杯".into(),
        ..to(&done, OrderState::Preparing)
    };
    transitioned(&mut shop.manager(), reopen).await.unwrap();
    assert_eq!(listed("2026-09-02").await, [OrderState::Preparing]);
    assert_eq!(listed("2026-09-03").await, []);
}

/// Each list reads its rows in order from an index, however many orders a branch has had.
#[tokio::test]
async fn no_list_is_sorted() {
    let shop = Shop::open().await;
    let mut superuser = shop.service.db().superuser().await;
    sqlx::query("SET enable_seqscan = off")
        .execute(&mut superuser)
        .await
        .unwrap();
    for wanted in [
        "state IN ('pending_payment', 'placed', 'accepted', 'preparing', 'ready', 'delivering')",
        "listed_day = '2026-09-02'",
    ] {
        let id = uuid::Uuid::nil();
        let sql = format!(
            "EXPLAIN SELECT promised_at, order_id
             FROM orders
             WHERE org_id = '{id}' AND branch_id = '{id}' AND {wanted}
             ORDER BY promised_at, order_id
             LIMIT 50"
        );
        let plan: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_all(&mut superuser)
            .await
            .unwrap();
        let plan = plan.join("\n");
        assert!(!plan.contains("Sort") && plan.contains("Index"), "{plan}");
    }
}

#[tokio::test]
async fn a_malformed_list_is_refused() {
    let shop = Shop::open().await;
    for request in [
        ListOrdersRequest {
            page_size: 7,
            ..Default::default()
        },
        ListOrdersRequest {
            page_token: "x".into(),
            ..Default::default()
        },
        ListOrdersRequest {
            business_day: "yesterday".into(),
            ..Default::default()
        },
        ListOrdersRequest {
            states: vec![99],
            ..Default::default()
        },
        ListOrdersRequest {
            business_day: "2026-09-02".into(),
            states: vec![OrderState::Placed.into(); 12],
            ..Default::default()
        },
        // What was ever closed has no end.
        ListOrdersRequest {
            states: vec![OrderState::Placed.into(), OrderState::Cancelled.into()],
            ..Default::default()
        },
    ] {
        let request = ListOrdersRequest {
            branch_id: shop.branch().to_string(),
            ..request
        };
        assert_eq!(
            reason(shop.counter().list_orders(request).await),
            "VALIDATION_FAILED"
        );
    }
}
