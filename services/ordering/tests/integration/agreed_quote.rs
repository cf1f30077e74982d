//! An order is placed on what the customer saw, or on nothing.

use crate::common::{Shop, agreeing_to, fakes, fields, fresh_quote, reason};
use chassis::{clock::Clock as _, error::Problem, id::EventId, outbox};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use proto::{capacity::v1::SlotState, catalog::v1::MenuPublished, ordering::v1::PlaceOrderRequest};

fn promise_in(shop: &Shop, minutes: i64) -> DateTime<Utc> {
    let at = shop.service.clock().now() + TimeDelta::minutes(minutes);
    shop.capacity.state.lock().promise = Some(at);
    at
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[tokio::test]
async fn a_later_time_is_never_taken_silently() {
    let shop = Shop::open().await;
    let seen = promise_in(&shop, 15);
    let request = shop.request("k", 2).await;
    let later = promise_in(&shop, 25);

    let refused = shop.place(request.clone()).await.unwrap_err();
    let problem = Problem::from_status(&refused);
    assert_eq!(problem.reason, "QUOTE_CHANGED");
    assert_eq!(
        fields(&refused),
        [("promised_at".to_owned(), "QUOTE_CHANGED".to_owned())]
    );
    let params = &problem.fields[0].params;
    assert_eq!(
        (&params["was"], &params["now"]),
        (&rfc3339(seen), &rfc3339(later))
    );
    let fresh = fresh_quote(&refused);
    assert_eq!(fresh.promised_at, Some(fakes::timestamp(later)));
    assert_eq!(fresh.hash, request.quote_hash, "the price is the same");
    for table in ["orders", "order_lines", "order_events", "outbox"] {
        assert_eq!(shop.count(table).await, 0, "{table}");
    }
    {
        let state = shop.capacity.state.lock();
        assert!(state.holds.is_empty(), "what was held is given back");
        assert_eq!(state.released.len(), 1);
    }

    let agreed = PlaceOrderRequest {
        promised_at: fresh.promised_at,
        ..request
    };
    let placed = shop.place(agreed).await.unwrap();
    assert!(!placed.replayed);
    assert_eq!(
        placed.order.unwrap().promised_at,
        Some(fakes::timestamp(later))
    );
}

#[tokio::test]
async fn a_sooner_time_is_welcome() {
    let shop = Shop::open().await;
    promise_in(&shop, 30);
    let request = shop.request("k", 1).await;
    let sooner = promise_in(&shop, 20);
    let order = shop.place(request).await.unwrap().order.unwrap();
    assert_eq!(order.promised_at, Some(fakes::timestamp(sooner)));
}

#[tokio::test]
async fn a_customer_who_saw_no_time_is_shown_one_first() {
    let shop = Shop::open().await;
    let request = PlaceOrderRequest {
        promised_at: None,
        ..shop.request("k", 1).await
    };
    let refused = shop.place(request).await.unwrap_err();
    assert_eq!(Problem::from_status(&refused).reason, "QUOTE_CHANGED");
    assert!(fresh_quote(&refused).promised_at.is_some());
    assert_eq!(shop.count("orders").await, 0);
}

#[tokio::test]
async fn a_chosen_slot_is_promised_as_it_was_chosen() {
    let shop = Shop::open().await;
    let now = shop.service.clock().now();
    shop.capacity.state.lock().slots = vec![
        fakes::slot(now, 30, SlotState::Full, &[]),
        fakes::slot(now, 45, SlotState::Open, &[]),
    ];
    let mut cart = shop.cart(1);
    cart.wanted_at = Some(fakes::timestamp(now + TimeDelta::minutes(45)));
    let quote = shop.quote(cart.clone()).await.unwrap();
    assert_eq!(quote.promised_at, cart.wanted_at);
    let request = PlaceOrderRequest {
        cart: Some(cart.clone()),
        ..shop.request("k", 1).await
    };
    let request = PlaceOrderRequest {
        quote_hash: quote.hash.clone(),
        promised_at: quote.promised_at,
        ..request
    };
    let order = shop.place(request).await.unwrap().order.unwrap();
    assert_eq!(
        (order.wanted_at, order.promised_at),
        (cart.wanted_at, cart.wanted_at)
    );
}

#[tokio::test]
async fn a_menu_published_again_with_the_same_prices_changes_nothing() {
    let shop = Shop::open().await;
    let request = shop.request("k", 2).await;
    shop.catalog.state.lock().number = 2;
    let published = MenuPublished {
        branch_id: shop.branch().to_string(),
        ..Default::default()
    };
    let id = EventId::new(shop.service.clock()).as_uuid();
    let event = outbox::Event::new("catalog.menu.published.v1", id, 1, &published);
    shop.service.deliver(shop.org, &[event]).await;
    testkit::eventually_within(std::time::Duration::from_secs(4), || async {
        shop.quote(shop.cart(1)).await.unwrap().menu_number == 2
    })
    .await;
    let order = shop.place(request).await.unwrap().order.unwrap();
    assert_eq!(order.total.unwrap().amount, 50);
}

/// A replica that has never seen the menu the quote was made from.
#[tokio::test]
async fn differences_are_computed_from_what_the_request_carries() {
    let shop = Shop::open().await;
    let request = shop.request("k", 2).await;
    let seen = PlaceOrderRequest {
        quote_hash: "0".repeat(64),
        line_amounts: vec![44],
        ..request.clone()
    };
    let refused = shop.place(seen.clone()).await.unwrap_err();
    let problem = Problem::from_status(&refused);
    assert_eq!(problem.reason, "QUOTE_CHANGED");
    assert_eq!(problem.fields[0].field, "lines[0]");
    let params = &problem.fields[0].params;
    assert_eq!(
        ["name", "was", "now"].map(|name| params[name].as_str()),
        ["翠玉綠茶", "44", "50"]
    );

    let silent = PlaceOrderRequest {
        line_amounts: Vec::new(),
        ..seen
    };
    let refused = shop.place(silent).await.unwrap_err();
    assert_eq!(Problem::from_status(&refused).reason, "QUOTE_CHANGED");
    assert!(fields(&refused).is_empty());

    let uneven = PlaceOrderRequest {
        line_amounts: vec![25, 25],
        ..request
    };
    let refused = shop.place(uneven).await.unwrap_err();
    assert_eq!(
        fields(&refused),
        [("line_amounts".to_owned(), "VALIDATION_FAILED".to_owned())]
    );
}

/// One product taken away and one option gone: both lines are named at once, and nothing happens.
#[tokio::test]
async fn everything_that_is_gone_from_a_cart_is_named_at_its_line() {
    let shop = Shop::open().await;
    let good = shop.request("k", 1).await;
    let mut cart = shop.cart(1);
    let (mut gone, mut without) = (cart.lines[0].clone(), cart.lines[0].clone());
    gone.product_id = fakes::DRINKS.to_string();
    without.options[0].option_id = fakes::DRINKS.to_string();
    cart.lines.extend([gone, without]);

    let quoted = shop.quote(cart.clone()).await.unwrap_err();
    let placed = shop.place(PlaceOrderRequest {
        cart: Some(cart.clone()),
        line_amounts: Vec::new(),
        ..good.clone()
    });
    let placed = placed.await.unwrap_err();
    for refused in [&quoted, &placed] {
        assert_eq!(refused.code(), tonic::Code::InvalidArgument);
        let lines: Vec<_> = fields(refused)
            .into_iter()
            .map(|(field, _)| field[..8].to_owned())
            .collect();
        assert!(lines.contains(&"lines[1]".to_owned()), "{lines:?}");
        assert!(lines.contains(&"lines[2]".to_owned()), "{lines:?}");
        assert!(!lines.contains(&"lines[0]".to_owned()), "{lines:?}");
    }
    assert!(shop.capacity.state.lock().holds.is_empty());
    assert_eq!(shop.count("orders").await, 0);

    // Without them the rest can be had, under the same key.
    cart.lines.truncate(1);
    let quote = shop.quote(cart.clone()).await.unwrap();
    let agreed = PlaceOrderRequest {
        cart: Some(cart),
        idempotency_key: good.idempotency_key,
        contact: good.contact,
        ..agreeing_to(&quote)
    };
    assert!(shop.place(agreed).await.is_ok());
}

#[tokio::test]
async fn a_quote_of_another_day_is_no_basis() {
    let shop = Shop::open().await;
    let request = shop.request("k", 1).await;
    shop.advance(24 * 60 * 60 + 1);
    assert_eq!(reason(shop.place(request).await), "QUOTE_EXPIRED");
}
