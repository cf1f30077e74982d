//! Placing an order: once per key, at the price that was shown, all or nothing.

use std::collections::HashSet;

use crate::common::{Shop, fakes, fields, fresh_quote, publish, reason};
use chassis::{clock::Clock as _, error::Problem};
use chrono::TimeDelta;
use proto::{
    capacity::v1::{CapacityReason, OpenState},
    catalog::v1::MenuPublished,
    common::v1::Method,
    ordering::v1::{Cart, FindSlotsRequest, GetOrderByTokenRequest, OrderState, PlaceOrderRequest},
};

#[tokio::test]
async fn an_order_is_placed_with_its_numbers() {
    let shop = Shop::open().await;
    let mut events = shop.service.listen(&["ordering.order.*.v1"]).await;

    let (order, token) = shop.placed("k1").await;
    assert_eq!(order.state(), OrderState::Placed);
    assert_eq!(order.pickup_number, "001");
    assert_eq!(order.order_number.len(), 5);
    assert_eq!(order.total.as_ref().unwrap().amount, 50);
    assert_eq!(order.contact_phone, "+886911123456");
    assert_eq!(
        (order.version, order.business_day.as_str()),
        (1, "2026-09-02")
    );
    assert_eq!(order.lines[0].options[0].name, "半糖");
    assert_eq!(shop.placed("k2").await.0.pickup_number, "002");

    let event = events.next().await;
    assert_eq!(
        (event.type_.as_str(), event.version),
        ("ordering.order.placed.v1", 1)
    );
    testkit::assert_no_unpublished(shop.service.db()).await;

    let get = GetOrderByTokenRequest {
        access_token: token,
    };
    let seen = shop
        .customer()
        .get_order_by_token(get)
        .await
        .unwrap()
        .into_inner();
    assert!(seen.may_cancel);
    let seen = seen.order.unwrap();
    assert_eq!(seen.contact_phone, "0911***456");
    assert_eq!(seen.contact_name, "陳**");
    assert_eq!(seen.lines, order.lines);
}

#[tokio::test]
async fn the_same_key_and_body_give_the_first_answer_again() {
    let shop = Shop::open().await;
    let request = shop.request("k", 2).await;
    let first = shop.place(request.clone()).await.unwrap();
    let again = shop.place(request.clone()).await.unwrap();
    assert!(!first.replayed && again.replayed);
    assert_eq!(first.access_token, again.access_token);
    assert_eq!(first.order, again.order);

    // Even when it could not be placed any more.
    shop.capacity.state.lock().refusal = Some(Problem::new(CapacityReason::OutOfStock));
    assert!(shop.place(request.clone()).await.unwrap().replayed);
    shop.advance(25 * 60 * 60);
    assert!(shop.place(request).await.unwrap().replayed);
    assert_eq!(shop.count("orders").await, 1);
}

#[tokio::test]
async fn the_same_key_with_another_body_is_refused() {
    let shop = Shop::open().await;
    let first = shop.place(shop.request("k", 2).await).await.unwrap();
    let other = shop.request("k", 3).await;
    assert_eq!(
        reason(shop.place(other.clone()).await),
        "IDEMPOTENCY_MISMATCH"
    );
    // Also when capacity has long forgotten the key: nothing is held for a key that has an order.
    shop.capacity.state.lock().forgetful = true;
    let refused = Problem::from_status(&shop.place(other).await.unwrap_err());
    assert_eq!(refused.reason, "IDEMPOTENCY_MISMATCH");
    let order = first.order.unwrap();
    assert_eq!(
        [
            &refused.params["order_id"],
            &refused.params["order_number"],
            &refused.params["pickup_number"]
        ],
        [&order.order_id, &order.order_number, &order.pickup_number]
    );
    {
        let state = shop.capacity.state.lock();
        let held: Vec<_> = state.holds.values().cloned().collect();
        assert_eq!(held, [order.order_id]);
        assert!(state.released.is_empty());
    }
    assert_eq!(shop.count("orders").await, 1);
}

#[tokio::test]
async fn concurrent_attempts_of_one_key_make_one_order() {
    let shop = Shop::open().await;
    let request = shop.request("k", 1).await;
    let attempts = (0..24).map(|_| shop.place(request.clone()));
    let answers = futures::future::join_all(attempts).await;
    let ids: HashSet<_> = answers
        .iter()
        .map(|a| a.as_ref().unwrap().order.as_ref().unwrap().order_id.clone())
        .collect();
    assert_eq!(ids.len(), 1);
    let fresh = answers
        .iter()
        .filter(|answer| !answer.as_ref().unwrap().replayed)
        .count();
    assert_eq!(fresh, 1);
    for (table, rows) in [("orders", 1), ("order_lines", 1), ("order_events", 1)] {
        assert_eq!(shop.count(table).await, rows, "{table}");
    }
}

#[tokio::test]
async fn concurrent_orders_get_consecutive_pickup_numbers() {
    let shop = Shop::open().await;
    let template = shop.request("", 1).await;
    let attempts = (0..60).map(|n| {
        shop.place(PlaceOrderRequest {
            idempotency_key: format!("k{n}"),
            ..template.clone()
        })
    });
    let answers = futures::future::join_all(attempts).await;
    let mut numbers: Vec<_> = answers
        .into_iter()
        .map(|a| a.unwrap().order.unwrap().pickup_number)
        .collect();
    numbers.sort();
    let expected: Vec<_> = (1..=60).map(|n| format!("{n:03}")).collect();
    assert_eq!(numbers, expected);
}

#[tokio::test]
async fn pickup_numbers_begin_again_at_the_cutoff_and_skip_open_ones() {
    let shop = Shop::open().await;
    let (first, _) = shop.placed("k1").await;
    // 01:00 of the next calendar day: the same business day.
    shop.advance(13 * 60 * 60);
    assert_eq!(shop.placed("k2").await.0.pickup_number, "002");
    // 04:00: a new day; 001 and 002 are still open.
    shop.advance(3 * 60 * 60);
    assert_eq!(shop.placed("k3").await.0.pickup_number, "003");

    let done = crate::common::cancel(&first);
    crate::common::transitioned(&mut shop.counter(), done)
        .await
        .unwrap();
    shop.advance(24 * 60 * 60);
    assert_eq!(shop.placed("k4").await.0.pickup_number, "001");
}

#[tokio::test]
async fn a_changed_price_is_refused_with_the_fresh_quote() {
    let shop = Shop::open().await;
    let request = shop.request("k", 2).await;
    let published = {
        let mut state = shop.catalog.state.lock();
        (state.price, state.number) = (30, 2);
        MenuPublished {
            branch_id: shop.branch().to_string(),
            ..Default::default()
        }
    };
    publish(&shop, &published).await;
    testkit::eventually_within(std::time::Duration::from_secs(4), || async {
        shop.quote(shop.cart(1)).await.unwrap().menu_number == 2
    })
    .await;

    let refused = shop.place(request.clone()).await.unwrap_err();
    assert_eq!(Problem::from_status(&refused).reason, "QUOTE_CHANGED");
    assert_eq!(
        fields(&refused),
        [("lines[0]".to_owned(), "QUOTE_CHANGED".to_owned())]
    );
    let params = &Problem::from_status(&refused).fields[0].params;
    assert_eq!(
        (params["was"].as_str(), params["now"].as_str()),
        ("50", "60")
    );

    let fresh = fresh_quote(&refused);
    assert_eq!(fresh.total.unwrap().amount, 60);
    assert_eq!(shop.count("orders").await, 0);

    let agreed = PlaceOrderRequest {
        quote_hash: fresh.hash,
        quoted_at: fresh.quoted_at,
        ..request
    };
    assert!(shop.place(agreed).await.is_ok());
}

/// Says on the bus what catalog would.
#[tokio::test]
async fn a_quote_holds_past_its_validity_but_not_for_a_day() {
    let shop = Shop::open().await;
    let request = shop.request("k1", 1).await;
    shop.advance(60 * 60);
    assert!(shop.place(request).await.is_ok());
    let request = shop.request("k2", 1).await;
    shop.advance(24 * 60 * 60 + 1);
    assert_eq!(reason(shop.place(request).await), "QUOTE_EXPIRED");
}

#[tokio::test]
async fn a_refused_hold_names_every_line_and_leaves_nothing() {
    let shop = Shop::open().await;
    let request = shop.request("k", 2).await;
    shop.capacity.state.lock().refusal = Some(
        Problem::new(CapacityReason::OutOfStock)
            .field_with(
                "skus[0]",
                CapacityReason::OutOfStock,
                [
                    ("sku_id", fakes::TEA_M.to_string()),
                    ("wanted", "2".into()),
                    ("left", "0".into()),
                ],
            )
            .field("wanted_at", CapacityReason::SlotFull),
    );
    let refused = shop.place(request).await.unwrap_err();
    let problem = Problem::from_status(&refused);
    assert_eq!(problem.reason, "OUT_OF_STOCK");
    assert_eq!(
        fields(&refused),
        [
            ("lines[0]".to_owned(), "OUT_OF_STOCK".to_owned()),
            ("wanted_at".to_owned(), "SLOT_FULL".to_owned())
        ]
    );
    assert_eq!(problem.fields[0].params["name"], "翠玉綠茶 M");
    assert_eq!(problem.fields[0].params["left"], "0");
    nothing_is_left(&shop).await;
}

async fn nothing_is_left(shop: &Shop) {
    for table in ["orders", "order_lines", "order_events", "outbox"] {
        assert_eq!(shop.count(table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn a_failure_at_any_step_leaves_nothing_and_can_be_repeated() {
    let shop = Shop::open().await;
    let request = shop.request("k", 2).await;

    // Step 2: catalog is away and the menu forgotten.
    shop.catalog.state.lock().away = true;
    publish(
        &shop,
        &MenuPublished {
            branch_id: shop.branch().to_string(),
            ..Default::default()
        },
    )
    .await;
    testkit::eventually(|| async { shop.quote(shop.cart(1)).await.is_err() }).await;
    assert_eq!(
        reason(shop.place(request.clone()).await),
        "TEMPORARILY_UNAVAILABLE"
    );
    assert!(shop.capacity.state.lock().holds.is_empty());
    testkit::assert_no_unpublished(shop.service.db()).await;
    nothing_is_left(&shop).await;
    shop.catalog.state.lock().away = false;

    // Step 3: capacity is away.
    shop.capacity.state.lock().away = true;
    testkit::eventually(|| async { shop.quote(shop.cart(1)).await.is_ok() }).await;
    assert_eq!(
        reason(shop.place(request.clone()).await),
        "TEMPORARILY_UNAVAILABLE"
    );
    nothing_is_left(&shop).await;
    shop.capacity.state.lock().away = false;

    // Before step 4: the hold is nearly over.
    shop.capacity.state.lock().hold_secs = 10;
    testkit::eventually(|| async {
        let refused = shop.place(request.clone()).await.unwrap_err();
        shop.capacity.state.lock().holds.len() == 1 && refused.code() == tonic::Code::Unavailable
    })
    .await;
    nothing_is_left(&shop).await;
    shop.capacity.state.lock().hold_secs = 0;

    // Step 4: the database is away. The hold stays and belongs to the key.
    shop.service.db().make_unavailable().await;
    assert_eq!(
        reason(shop.place(request.clone()).await),
        "TEMPORARILY_UNAVAILABLE"
    );
    shop.service.db().restore().await;
    nothing_is_left(&shop).await;

    // The customer tries again: one order, with the hold of the first attempt.
    let held = shop
        .capacity
        .state
        .lock()
        .holds
        .values()
        .next()
        .cloned()
        .unwrap();
    let placed = shop.place(request).await.unwrap();
    assert!(!placed.replayed);
    assert_eq!(placed.order.unwrap().order_id, held);
    assert!(shop.capacity.state.lock().released.is_empty());
    assert_eq!(shop.count("orders").await, 1);
}

#[tokio::test]
async fn everything_wrong_with_a_request_is_named_at_once_and_nothing_is_held() {
    let shop = Shop::open().await;
    let mut request = shop.request("k\n", 2).await;
    let cart = request.cart.as_mut().unwrap();
    cart.lines[0].options.clear();
    cart.lines.push(cart.lines[0].clone());
    cart.lines[1].quantity = 120;
    let contact = request.contact.as_mut().unwrap();
    (contact.name, contact.phone) = ("長".repeat(61), "0212345678".to_owned());
    request.remark = "字".repeat(501);
    let refused = shop.place(request).await.unwrap_err();
    let found: HashSet<_> = fields(&refused).into_iter().collect();
    for (field, reason) in [
        ("idempotency_key", "VALIDATION_FAILED"),
        ("contact.name", "TEXT_TOO_LONG"),
        ("contact.phone", "PHONE_INVALID"),
        ("remark", "TEXT_TOO_LONG"),
        ("lines[0].options", "OPTION_RULE"),
        ("lines[1].quantity", "ORDER_TOO_LARGE"),
    ] {
        let expected = (field.to_owned(), reason.to_owned());
        assert!(
            found.contains(&expected),
            "{expected:?} is missing in {found:?}"
        );
    }
    assert!(shop.capacity.state.lock().holds.is_empty());
}

#[tokio::test]
async fn what_the_branch_does_not_offer_is_refused() {
    let shop = Shop::open().await;
    let mut delivery = shop.request("k", 1).await;
    delivery.cart.as_mut().unwrap().method = Method::Delivery.into();
    assert_eq!(reason(shop.place(delivery).await), "METHOD_NOT_ALLOWED");

    let mut elsewhere = shop.request("k", 1).await;
    elsewhere.cart.as_mut().unwrap().branch_id = fakes::TEA.to_string();
    assert_eq!(reason(shop.place(elsewhere).await), "NOT_FOUND");
}

/// The menu was published while the branch was 籌備中, and in another zone.
#[tokio::test]
async fn whether_and_when_a_branch_sells_is_asked_of_capacity_and_not_read_from_its_menu() {
    let shop = Shop::open().await;
    assert_eq!(shop.quote(shop.cart(1)).await.unwrap().warnings, []);
    shop.placed("k").await;
    let mut superuser = shop.service.db().superuser().await;
    let zone: String = sqlx::query_scalar("SELECT time_zone FROM orders")
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    assert_eq!(zone, "Asia/Taipei");

    let suspended = Shop::open().await;
    {
        let mut state = suspended.capacity.state.lock();
        state.open_state = OpenState::Suspended;
        state.refusal =
            Some(Problem::new(CapacityReason::Closed).field("wanted_at", CapacityReason::Closed));
    }
    let request = suspended.request("k", 1).await;
    assert_eq!(reason(suspended.place(request).await), "CLOSED");
    let quote = suspended.quote(suspended.cart(1)).await.unwrap();
    let warned: Vec<_> = quote
        .warnings
        .iter()
        .map(|warning| warning.reason.as_str())
        .collect();
    assert_eq!((warned, quote.promised_at), (vec!["CLOSED"], None));
}

/// All replicas answer alike: catalog knows what there is, not what one of them has seen.
#[tokio::test]
async fn what_is_archived_is_not_available_and_what_never_was_is_not_found() {
    let shop = Shop::open().await;
    let [archived, unknown] = [fakes::DRINKS, fakes::SWEETNESS].map(|id| id.to_string());
    shop.catalog.state.lock().archived.push(archived.clone());
    let asking_for = |product_id: &str, variant_id: &str| {
        let mut cart = shop.cart(1);
        cart.lines[0].product_id = product_id.to_owned();
        cart.lines[0].variant_id = variant_id.to_owned();
        cart
    };
    let (tea, tea_m) = (fakes::TEA.to_string(), fakes::TEA_M.to_string());
    for (cart, field, expected) in [
        (
            asking_for(&archived, &tea_m),
            "lines[0].product_id",
            "ITEM_NOT_AVAILABLE",
        ),
        (
            asking_for(&unknown, &tea_m),
            "lines[0].product_id",
            "ITEM_NOT_FOUND",
        ),
        (
            asking_for(&tea, &archived),
            "lines[0].variant_id",
            "ITEM_NOT_AVAILABLE",
        ),
        (
            asking_for(&tea, &unknown),
            "lines[0].variant_id",
            "ITEM_NOT_FOUND",
        ),
    ] {
        let refused = shop.quote(cart.clone()).await.unwrap_err();
        let named = [(field.to_owned(), expected.to_owned())];
        assert_eq!(fields(&refused), named);
        assert_eq!(Problem::from_status(&refused).reason, expected);
        let request = PlaceOrderRequest {
            cart: Some(cart.clone()),
            ..shop.request("k", 1).await
        };
        assert_eq!(fields(&shop.place(request).await.unwrap_err()), named);
        let slots = FindSlotsRequest {
            cart: Some(cart),
            ..Default::default()
        };
        let refused = shop.customer().find_slots(slots).await.unwrap_err();
        assert_eq!(fields(&refused), named);
    }
    let asked = shop.catalog.state.lock().asked_items.len();
    shop.quote(shop.cart(1)).await.unwrap();
    assert_eq!(shop.catalog.state.lock().asked_items.len(), asked);
}

#[tokio::test]
async fn a_quote_for_another_day_is_judged_by_the_stock_of_that_day() {
    let shop = Shop::open().await;
    {
        let mut state = shop.capacity.state.lock();
        state.left.insert(fakes::TEA_M.to_string(), 0);
        state.left_later.insert(fakes::TEA_M.to_string(), 2);
    }
    let tomorrow = shop.service.clock().now() + TimeDelta::days(1);
    let warned = async |cups, wanted_at| {
        let cart = Cart {
            wanted_at,
            ..shop.cart(cups)
        };
        let warnings = shop.quote(cart).await.unwrap().warnings;
        let lacks = warnings.into_iter().filter(|it| it.field == "lines[0]");
        lacks
            .map(|it| it.params["left"].clone())
            .collect::<Vec<_>>()
    };
    let tomorrow = Some(fakes::timestamp(tomorrow));
    assert_eq!(warned(1, None).await, ["0"]);
    assert!(warned(2, tomorrow).await.is_empty());
    assert_eq!(warned(3, tomorrow).await, ["2"]);
}

#[tokio::test]
async fn a_quote_warns_of_missing_stock_and_survives_capacity_being_away() {
    let shop = Shop::open().await;
    shop.capacity
        .state
        .lock()
        .left
        .insert(fakes::TEA_M.to_string(), 1);
    let warned = shop.quote(shop.cart(2)).await.unwrap();
    assert!(warned.promised_at.is_some());
    assert_eq!(warned.warnings[0].reason, "OUT_OF_STOCK");
    assert_eq!(warned.warnings[0].params["left"], "1");

    shop.capacity.state.lock().away = true;
    testkit::eventually(|| async {
        let quote = shop.quote(shop.cart(2)).await.unwrap();
        let warned = quote
            .warnings
            .iter()
            .any(|w| w.reason == "TEMPORARILY_UNAVAILABLE");
        warned && quote.promised_at.is_none() && quote.total.unwrap().amount == 50
    })
    .await;
}

#[tokio::test]
async fn a_menu_is_loaded_once_however_many_ask() {
    let shop = Shop::open().await;
    let quotes = (0..50).map(|_| shop.quote(shop.cart(1)));
    assert!(
        futures::future::join_all(quotes)
            .await
            .iter()
            .all(Result::is_ok)
    );
    assert_eq!(shop.catalog.state.lock().asked, 1);
}

#[tokio::test]
async fn a_key_is_forgotten_after_seven_days() {
    let shop = Shop::open().await;
    shop.placed("old").await;
    shop.advance(4 * 24 * 60 * 60);
    let (recent, _) = shop.placed("recent").await;
    shop.advance(3 * 24 * 60 * 60 + 1);
    let db = shop.service.db().db();
    let clock = std::sync::Arc::new(shop.service.clock().clone());
    let purge = ordering::jobs::purge_idempotency_keys(db, clock);
    purge.run_once().await.unwrap();
    let mut superuser = shop.service.db().superuser().await;
    let sql = "SELECT order_id::text FROM orders WHERE idempotency_key IS NOT NULL";
    let kept: Vec<String> = sqlx::query_scalar(sql)
        .fetch_all(&mut superuser)
        .await
        .unwrap();
    assert_eq!(kept, [recent.order_id]);
}
