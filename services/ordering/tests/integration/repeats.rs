//! One key makes one order, however and how often it comes.

use std::collections::HashSet;

use crate::common::{Shop, reason};
use chassis::error::Problem;
use proto::{
    capacity::v1::CapacityReason,
    ordering::v1::{Contact, PlaceOrderRequest},
};

#[tokio::test]
async fn simultaneous_requests_of_one_key_with_other_bodies_hold_once() {
    let shop = Shop::open().await;
    let template = shop.request("k", 1).await;
    let attempts = (0..12).map(|n| {
        shop.place(PlaceOrderRequest {
            remark: format!("第 {n} 次"),
            ..template.clone()
        })
    });
    let answers = futures::future::join_all(attempts).await;
    let (placed, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(placed.len(), 1);
    let order = placed.into_iter().next().unwrap().unwrap().order.unwrap();
    for answer in refused {
        let problem = Problem::from_status(&answer.unwrap_err());
        assert_eq!(problem.reason, "IDEMPOTENCY_MISMATCH");
        assert_eq!(problem.params["pickup_number"], order.pickup_number);
    }
    let state = shop.capacity.state.lock();
    assert_eq!(state.holds.len(), 1);
    assert!(state.released.is_empty(), "nothing was held in vain");
}

#[tokio::test]
async fn simultaneous_repeats_are_refused_alike() {
    let shop = Shop::open().await;
    let request = shop.request("k", 1).await;
    shop.capacity.state.lock().refusal = Some(Problem::new(CapacityReason::OutOfStock));
    let attempts = (0..12).map(|_| shop.place(request.clone()));
    let answers = futures::future::join_all(attempts).await;
    let reasons: HashSet<_> = answers.into_iter().map(reason).collect();
    assert_eq!(reasons, HashSet::from(["OUT_OF_STOCK".to_owned()]));
}

#[tokio::test]
async fn text_in_another_unicode_form_is_the_same_request() {
    let shop = Shop::open().await;
    let mut composed = shop.request("k", 1).await;
    composed.remark = "caf\u{e9} 不要冰".to_owned();
    composed.contact = Some(Contact {
        name: "Jos\u{e9}".to_owned(),
        phone: "0911123456".to_owned(),
    });
    composed.cart.as_mut().unwrap().lines[0].note = "\u{c5}".to_owned();
    let mut decomposed = composed.clone();
    decomposed.remark = "cafe\u{301} 不要冰".to_owned();
    decomposed.contact.as_mut().unwrap().name = "Jose\u{301}".to_owned();
    decomposed.cart.as_mut().unwrap().lines[0].note = "A\u{30a}".to_owned();

    let first = shop.place(composed).await.unwrap();
    let again = shop.place(decomposed).await.unwrap();
    assert!(again.replayed);
    assert_eq!(first.access_token, again.access_token);
}

/// The customer changes the cart after a refusal or a lost answer and sends it under the same key.
#[tokio::test]
async fn a_key_without_an_order_takes_another_body() {
    let shop = Shop::open().await;
    let first = shop.request("k", 2).await;
    shop.capacity.state.lock().refusal = Some(Problem::new(CapacityReason::OutOfStock));
    assert_eq!(reason(shop.place(first.clone()).await), "OUT_OF_STOCK");
    shop.capacity.state.lock().refusal = None;

    let second = shop.request("k", 1).await;
    let placed = shop.place(second.clone()).await.unwrap();
    assert!(!placed.replayed);
    assert_eq!(reason(shop.place(first).await), "IDEMPOTENCY_MISMATCH");
    assert!(shop.place(second).await.unwrap().replayed);
    assert_eq!(shop.count("orders").await, 1);
}

/// The memory of used keys can be lost; what was held for such a request is given back.
#[tokio::test]
async fn a_used_key_that_is_called_new_still_makes_one_order() {
    let shop = Shop::open().await;
    let request = shop.request("k", 1).await;
    let called_new = |remark: &str| PlaceOrderRequest {
        remark: remark.to_owned(),
        key_is_new: true,
        ..request.clone()
    };
    let first = shop.place(called_new("")).await.unwrap();
    let again = shop.place(called_new("")).await.unwrap();
    assert!(again.replayed);
    assert_eq!(first.access_token, again.access_token);

    let other = shop.place(called_new("不要冰")).await;
    assert_eq!(reason(other), "IDEMPOTENCY_MISMATCH");
    assert_eq!(shop.count("orders").await, 1);
    assert_eq!(shop.capacity.state.lock().released.len(), 1);
    let known = PlaceOrderRequest {
        key_is_new: false,
        ..called_new("")
    };
    let answer = shop.place(known).await.unwrap();
    assert!(
        answer.replayed,
        "what is known of the key is no part of the body"
    );
}

/// What was placed stays the answer, whatever has become of its branch since.
#[tokio::test]
async fn a_repeat_asks_neither_catalog_nor_capacity() {
    let shop = Shop::open().await;
    let request = shop.request("k", 1).await;
    shop.place(request.clone()).await.unwrap();
    shop.capacity.state.lock().asked = None;
    shop.catalog.state.lock().away = true;
    assert!(shop.place(request).await.unwrap().replayed);
    assert!(shop.capacity.state.lock().asked.is_none());
}
