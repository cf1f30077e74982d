//! How an order about to be placed may be paid.

use crate::common::{
    Shop, cancel, fields,
    payments::{CARD, CASH, amount, paid},
    reason, to, transitioned,
};
use chassis::{authn::Identity, error::Problem};
use proto::ordering::v1::{
    Contact, Order, OrderState, PaymentMethod, PlaceOrderRequest, PlaceTestOrderRequest,
};
use uuid::Uuid;

#[tokio::test]
async fn an_order_paid_on_site_asks_payments_for_nothing() {
    let shop = Shop::open().await;
    for key in ["k1", "k2", "k3"] {
        let (order, _) = shop.placed(key).await;
        assert_eq!(order.state(), OrderState::Placed);
        assert_eq!(order.payment_method(), PaymentMethod::OnSite);
    }
    let request = shop.request_paid_by("k4", 1, CASH).await;
    let order = shop.place(request).await.unwrap().order.unwrap();
    assert_eq!(order.payment_method(), PaymentMethod::OnSite);
    let asked = shop.payments.state.lock().asked.clone();
    assert_eq!(asked, [false], "once for the branch, whatever the amount");
    assert_eq!(shop.count("order_payments").await, 0);
}

#[tokio::test]
async fn while_payments_is_away_orders_are_paid_on_site() {
    let shop = Shop::open().await;
    shop.payments.state.lock().away = true;
    let (order, _) = shop.placed("k").await;
    assert_eq!(order.state(), OrderState::Placed);
    let online = shop.request_paid_by("k2", 1, CARD).await;
    assert_eq!(reason(shop.place(online).await), "TEMPORARILY_UNAVAILABLE");
}

#[tokio::test]
async fn a_method_that_is_not_offered_is_refused_before_anything_is_held() {
    let shop = Shop::open().await;
    let other = Uuid::from_u128(7);
    let request = shop.request_paid_by("k", 1, other).await;
    let refused = shop.place(request).await.unwrap_err();
    let at_method = (
        "payment_method_id".to_owned(),
        "METHOD_NOT_ALLOWED".to_owned(),
    );
    assert_eq!(fields(&refused), [at_method]);

    for method in &mut shop.payments.state.lock().methods {
        method.min_amount = 50;
    }
    let small = shop.request_paid_by("k2", 1, CARD).await;
    assert_eq!(reason(shop.place(small).await), "METHOD_NOT_ALLOWED");
    let malformed = PlaceOrderRequest {
        payment_method_id: "cash".to_owned(),
        ..shop.request("k3", 1).await
    };
    let refused = shop.place(malformed).await.unwrap_err();
    assert_eq!(fields(&refused)[0].0, "payment_method_id");
    assert!(shop.capacity.state.lock().holds.is_empty());
    assert_eq!(shop.count("orders").await, 0);
}

#[tokio::test]
async fn a_branch_that_is_paid_online_alone_takes_nothing_on_site() {
    let shop = Shop::open().await;
    shop.payments.state.lock().only(&[CARD]);
    let refused = shop.place(shop.request("k", 1).await).await;
    assert_eq!(reason(refused), "METHOD_NOT_ALLOWED");
    let (order, _) = shop.waiting("k2", CARD).await;
    assert_eq!(order.state(), OrderState::PendingPayment);

    let elsewhere = Shop::open().await;
    elsewhere.payments.state.lock().only(&[]);
    let (order, _) = elsewhere.placed("k").await;
    assert_eq!(order.state(), OrderState::Placed, "nobody set up a method");
}

/// Nothing is to be paid, so payments is not called.
#[tokio::test]
async fn an_order_that_costs_nothing_is_placed_at_once() {
    let shop = Shop::open().await;
    shop.catalog.state.lock().price = 0;
    let (order, _) = shop.waiting("k", CARD).await;
    assert_eq!(order.state(), OrderState::Placed);
    assert_eq!(amount(&order.total), 0);
    assert_eq!(order.pickup_number, "001");
    let state = shop.payments.state.lock();
    assert!(state.asked.is_empty() && state.started.is_empty());
}

#[tokio::test]
async fn a_repeated_request_gets_the_waiting_order_again() {
    let shop = Shop::open().await;
    let request = shop.request_paid_by("k", 2, CARD).await;
    let first = shop.place(request.clone()).await.unwrap();
    shop.payments.state.lock().away = true;
    let again = shop.place(request.clone()).await.unwrap();
    assert!(again.replayed);
    assert_eq!(again.order, first.order);
    let on_site = PlaceOrderRequest {
        payment_method_id: String::new(),
        ..request
    };
    assert_eq!(reason(shop.place(on_site).await), "IDEMPOTENCY_MISMATCH");
}

#[tokio::test]
async fn orders_of_both_kinds_commit_together_with_numbers_of_their_own() {
    let shop = Shop::open().await;
    let mut requests = Vec::new();
    for n in 0..12 {
        let key = format!("k{n}");
        requests.push(if n % 2 == 0 {
            shop.request(&key, 1).await
        } else {
            shop.request_paid_by(&key, 1, CARD).await
        });
    }
    let placed = requests.into_iter().map(|request| shop.place(request));
    let placed = futures::future::join_all(placed).await;
    let orders: Vec<Order> = placed
        .into_iter()
        .map(|placed| placed.unwrap().order.unwrap())
        .collect();
    let mut pickup: Vec<&str> = orders
        .iter()
        .map(|order| order.pickup_number.as_str())
        .filter(|number| !number.is_empty())
        .collect();
    pickup.sort_unstable();
    assert_eq!(pickup, ["001", "002", "003", "004", "005", "006"]);
    let mut numbers: Vec<&str> = orders
        .iter()
        .map(|order| order.order_number.as_str())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 12);
}

/// An order of a phone that nobody fetches.
async fn not_fetched(shop: &Shop, key: &str, cash_received: bool) {
    let (order, _) = shop.placed(key).await;
    let mut manager = shop.manager();
    let ready = transitioned(&mut manager, to(&order, OrderState::Ready)).await;
    let ready = ready.unwrap();
    let ended = if cash_received {
        cancel(&ready)
    } else {
        to(&ready, OrderState::NoShow)
    };
    transitioned(&mut manager, ended).await.unwrap();
}

#[tokio::test]
async fn a_phone_whose_orders_were_not_fetched_pays_in_advance() {
    let shop = Shop::open().await;
    not_fetched(&shop, "k1", false).await;
    not_fetched(&shop, "k2", false).await;
    // What ended otherwise does not count.
    not_fetched(&shop, "cancelled", true).await;
    shop.placed("k3").await;
    let (unpaid, _) = shop.waiting("k4", CARD).await;
    shop.advance(16 * 60);
    shop.until(&unpaid, |order| order.state() == OrderState::Expired)
        .await;

    for (key, method) in [("k5", String::new()), ("k6", CASH.to_string())] {
        let request = PlaceOrderRequest {
            payment_method_id: method,
            ..shop.request(key, 1).await
        };
        let refused = Problem::from_status(&shop.place(request).await.unwrap_err());
        assert_eq!(refused.reason, "PREPAY_REQUIRED");
        assert_eq!(
            (&*refused.params["orders"], &*refused.params["days"]),
            ("3", "30")
        );
    }
    let (order, _) = shop.waiting("k7", CARD).await;
    assert_eq!(order.state(), OrderState::PendingPayment);
    let other_phone = PlaceOrderRequest {
        contact: Some(Contact {
            name: "林先生".to_owned(),
            phone: "0922-123-456".to_owned(),
        }),
        ..shop.request("k8", 1).await
    };
    shop.place(other_phone).await.unwrap();
    shop.advance(31 * 24 * 60 * 60);
    shop.placed("k9").await;
}

#[tokio::test]
async fn a_test_order_is_paid_by_test_accounts_and_marked() {
    let shop = Shop::open().await;
    let mut tester: Identity = shop.counter_identity();
    tester.actions.insert("test.order".to_owned());
    let order = Some(shop.request_paid_by("k", 2, CARD).await);
    let placed = shop
        .client(&tester)
        .place_test_order(PlaceTestOrderRequest { order })
        .await
        .unwrap()
        .into_inner();
    let order = placed.order.unwrap();
    assert_eq!(order.state(), OrderState::PendingPayment);
    shop.pay(&placed.access_token, "p", CARD).await.unwrap();
    let started = shop.payments.state.lock().started.remove(0);
    assert!(started.order.unwrap().test);
    shop.report_until(&[paid(&order, 2)], |order| {
        order.state() == OrderState::Placed
    })
    .await;
    assert_eq!(shop.read(&order.order_id).await.order.pickup_number, "T001");
}
