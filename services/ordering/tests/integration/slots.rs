//! Slots are those of the very cart, and staff alone sees what fills them.

use crate::common::{Shop, fakes, fields, reason};
use chassis::clock::Clock as _;
use proto::{
    capacity::v1::SlotState,
    common::v1::{Channel, Method},
    ordering::v1::FindSlotsRequest,
};

const RULE: &str = "01900000-0000-7000-8000-000000000901";

fn of_cart(shop: &Shop, cups: i32) -> FindSlotsRequest {
    FindSlotsRequest {
        cart: Some(shop.cart(cups)),
        ..Default::default()
    }
}

fn offer(shop: &Shop) {
    let now = shop.service.clock().now();
    let mut state = shop.capacity.state.lock();
    state.slots = vec![
        fakes::slot(now, 15, SlotState::Full, &[RULE]),
        fakes::slot(now, 30, SlotState::Open, &[]),
    ];
}

#[tokio::test]
async fn capacity_is_asked_with_everything_it_judges_a_cart_by() {
    let shop = Shop::open().await;
    offer(&shop);
    let mut request = of_cart(&shop, 3);
    let on_site = Method::OnSite;
    request.cart.as_mut().unwrap().method = on_site.into();
    let found = shop.customer().find_slots(request).await.unwrap();
    let found = found.into_inner();
    assert_eq!(found.slots.len(), 2);
    assert_eq!(found.earliest_slot_at, found.slots[1].starts_at);

    let asked = shop.capacity.state.lock().asked_for.take().unwrap();
    assert_eq!(asked.method(), Method::OnSite);
    assert_eq!(asked.channel(), Channel::Web);
    assert_eq!(asked.lines.len(), 1);
    assert_eq!((asked.lines[0].quantity, asked.lines[0].amount), (3, 75));
    let mut skus: Vec<_> = asked
        .skus
        .into_iter()
        .map(|sku| (sku.sku_id, sku.quantity))
        .collect();
    skus.sort();
    assert_eq!(
        skus,
        [(fakes::TEA_M.to_string(), 3), (fakes::HALF.to_string(), 3)]
    );
}

#[tokio::test]
async fn customers_see_that_a_slot_is_full_and_staff_also_why() {
    let shop = Shop::open().await;
    offer(&shop);
    let found = shop.customer().find_slots(of_cart(&shop, 1)).await.unwrap();
    let slot = found.into_inner().slots.remove(0);
    assert_eq!(slot.state(), SlotState::Full);
    assert!(slot.full_rule_ids.is_empty());
    let found = shop.counter().find_slots(of_cart(&shop, 1)).await.unwrap();
    assert_eq!(found.into_inner().slots[0].full_rule_ids, [RULE]);
}

#[tokio::test]
async fn what_is_wrong_with_a_cart_is_refused_as_in_a_quote() {
    let shop = Shop::open().await;
    let mut request = of_cart(&shop, 1);
    request.cart.as_mut().unwrap().lines[0].options.clear();
    let refused = shop.customer().find_slots(request).await.unwrap_err();
    assert_eq!(
        fields(&refused),
        [("lines[0].options".to_owned(), "OPTION_RULE".to_owned())]
    );
    let mut request = of_cart(&shop, 1);
    request.cart.as_mut().unwrap().method = Method::Delivery.into();
    let refused = shop.customer().find_slots(request).await;
    assert_eq!(reason(refused), "METHOD_NOT_ALLOWED");
    let nothing = FindSlotsRequest::default();
    let refused = shop.customer().find_slots(nothing).await;
    assert_eq!(reason(refused), "VALIDATION_FAILED");
}

#[tokio::test]
async fn an_order_is_judged_by_its_lines_without_the_stock_it_holds_already() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    // The menu may have lost what was sold.
    shop.catalog.state.lock().price = 99;
    offer(&shop);
    let request = FindSlotsRequest {
        order_id: order.order_id.clone(),
        ..Default::default()
    };
    let found = shop.counter().find_slots(request.clone()).await.unwrap();
    assert_eq!(found.into_inner().slots[0].full_rule_ids, [RULE]);
    let asked = shop.capacity.state.lock().asked_for.take().unwrap();
    assert_eq!((asked.lines[0].quantity, asked.lines[0].amount), (2, 50));
    assert!(asked.skus.is_empty());
    assert_eq!(
        reason(shop.customer().find_slots(request).await),
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn a_quote_is_judged_by_its_cart_once_slots_differ_by_cart() {
    let shop = Shop::open().await;
    shop.quote(shop.cart(2)).await.unwrap();
    let asked = shop.capacity.state.lock().asked_for.take().unwrap();
    assert!(asked.lines.is_empty(), "what is kept for all suffices");

    shop.capacity.state.lock().by_cart = true;
    offer(&shop);
    let mut cart = shop.cart(2);
    cart.method = Method::OnSite.into();
    cart.wanted_at = shop.capacity.state.lock().slots[0].starts_at;
    let quote = shop.quote(cart).await.unwrap();
    let asked = shop.capacity.state.lock().asked_for.take().unwrap();
    assert_eq!(asked.method(), Method::OnSite);
    assert_eq!(asked.lines[0].quantity, 2);
    assert_eq!(quote.warnings[0].reason, "SLOT_FULL");
    assert_eq!(quote.promised_at, None);
}
