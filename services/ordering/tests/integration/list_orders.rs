//! The board: open orders by due time, or those of a day.

use crate::common::{Shop, cancel, moved, reason};
use proto::ordering::v1::{ListOrdersRequest, Order, OrderState, PlaceOrderRequest};

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
    (answer.orders, answer.next_page_token)
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
    moved(&mut shop.counter(), cancel(&gone)).await.unwrap();
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
    (contact.name, contact.phone) = ("Lin 先生".into(), "0922000777".into());
    let second = shop.place(other).await.unwrap().order.unwrap();
    let first = moved(&mut shop.counter(), cancel(&first)).await.unwrap();

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
            day("", &[OrderState::Cancelled], ""),
            vec![first.order_id.clone()],
        ),
        (day("", &[], "777"), vec![second.order_id.clone()]),
        // No more of the phone than its mask shows, or the rest could be guessed.
        (day("", &[], "0777"), vec![]),
        (day("", &[], "0922000777"), vec![]),
        (day("", &[], "77"), vec![]),
        (day("", &[], "002"), vec![second.order_id.clone()]),
        (day("", &[], "lin"), vec![second.order_id.clone()]),
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
