//! An order from the storefront to its end, and what is refused on the way.

use std::time::Duration;

use integration_tests::{Customer, Item, Platform, Shop, new_key};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn an_order_reaches_the_branch_and_its_stock_and_is_finished() -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let shop = platform.shop(100).await?;
    let tea = &shop.items[0];
    shop.stock(tea, 10).await?;
    let customer = Customer::of(&shop)?;

    let placed = customer.buy(&[(tea, 3)]).await?;
    assert_eq!(placed.status, 201, "{placed:?}");
    let order = &placed.body["order"];
    assert_eq!(order["state"], "placed");
    assert_eq!(order["total"], 3 * tea.price);
    assert_eq!(order["pickup_number"], "001");
    assert_eq!(shop.available(tea).await?, 7);

    let board = format!("/branches/{}/orders", shop.branch_id);
    let board = shop.owner.call(Method::GET, &board, Value::Null).await?;
    assert_eq!(board["orders"][0]["order_number"], order["order_number"]);

    let accepted = shop.transition(order, json!({"to": "accepted"})).await?;
    let ready = shop.transition(&accepted, json!({"to": "ready"})).await?;
    let unpaid = shop.transition(&ready, json!({"to": "completed"})).await;
    assert!(unpaid.is_err_and(|problem| problem.to_string().contains("PAYMENT_DUE")));
    let done = shop
        .transition(&ready, json!({"to": "completed", "cash_received": true}))
        .await?;
    assert_eq!(done["state"], "completed");
    assert_eq!(done["paid"], 3 * tea.price);

    let token = placed.body["access_token"].as_str().unwrap_or_default();
    let seen = customer
        .call(Method::GET, &format!("/orders/{token}"), None, None)
        .await?;
    assert_eq!(seen.body["order"]["state"], "completed");
    assert_eq!(seen.body["may_cancel"], false);
    Ok(())
}

#[tokio::test]
async fn a_cancelled_order_gives_its_units_back() -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let shop = platform.shop(100).await?;
    let tea = &shop.items[0];
    shop.stock(tea, 2).await?;
    let customer = Customer::of(&shop)?;
    let placed = customer.buy(&[(tea, 2)]).await?;
    let sold_out = Customer::of(&shop)?.buy(&[(tea, 1)]).await?;
    assert_eq!(sold_out.reason(), "OUT_OF_STOCK", "{sold_out:?}");

    let token = placed.body["access_token"].as_str().unwrap_or_default();
    let cancel = format!("/orders/{token}/cancel");
    let cancelled = customer
        .call(Method::POST, &cancel, None, Some(&json!({})))
        .await?;
    assert_eq!(
        cancelled.body["order"]["state"], "cancelled",
        "{cancelled:?}"
    );
    eventually_available(&shop, tea, 2).await?;
    Ok(())
}

/// Waits until so many of an item can be had.
async fn eventually_available(shop: &Shop, item: &Item, expected: i64) -> anyhow::Result<()> {
    tokio::time::timeout(Duration::from_secs(30), async {
        while shop.available(item).await? != expected {
            tokio::task::yield_now().await;
        }
        anyhow::Ok(())
    })
    .await?
}

/// A tablet that was away replays its step after somebody else has cancelled the order.
#[tokio::test]
async fn a_step_replayed_after_a_cancellation_changes_nothing() -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let shop = platform.shop(100).await?;
    let tea = &shop.items[0];
    shop.stock(tea, 10).await?;
    let customer = Customer::of(&shop)?;
    let placed = customer.buy(&[(tea, 2)]).await?;
    let order = &placed.body["order"];
    let cancel = json!({"to": "cancelled", "cancel_reason": "too_busy"});
    shop.transition(order, cancel).await?;
    eventually_available(&shop, tea, 10).await?;

    let late = shop.transition(order, json!({"to": "accepted"})).await;
    let refused = late.err().map(|problem| problem.to_string());
    let refused = refused.unwrap_or_default();
    assert!(refused.contains("ILLEGAL_TRANSITION"), "{refused}");
    let token = placed.body["access_token"].as_str().unwrap_or_default();
    let page = format!("/orders/{token}");
    let page = customer.call(Method::GET, &page, None, None).await?;
    assert_eq!(page.body["order"]["state"], "cancelled");
    assert_eq!(shop.available(tea).await?, 10);
    Ok(())
}

/// Staff accepts while the customer cancels: one of the two, and stock agrees with the winner.
#[tokio::test]
async fn of_an_acceptance_and_a_cancellation_at_once_one_wins() -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let shop = platform.shop(100).await?;
    let tea = &shop.items[0];
    let mut left = 100;
    shop.stock(tea, left).await?;
    for _ in 0..8 {
        let customer = Customer::of(&shop)?;
        let placed = customer.buy(&[(tea, 2)]).await?;
        let token = placed.body["access_token"].as_str().unwrap_or_default();
        let cancel = format!("/orders/{token}/cancel");
        let body = json!({});
        let (accepted, cancelled) = tokio::join!(
            shop.transition(&placed.body["order"], json!({"to": "accepted"})),
            customer.call(Method::POST, &cancel, None, Some(&body)),
        );
        let cancelled = cancelled?;
        let won = if accepted.is_ok() {
            "accepted"
        } else {
            "cancelled"
        };
        assert_eq!(cancelled.status == 200, accepted.is_err(), "{cancelled:?}");
        let page = format!("/orders/{token}");
        let page = customer.call(Method::GET, &page, None, None).await?;
        assert_eq!(page.body["order"]["state"], won);
        left -= if accepted.is_ok() { 2 } else { 0 };
        eventually_available(&shop, tea, left).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_same_key_gives_the_same_order_and_another_body_is_refused() -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let shop = platform.shop(100).await?;
    let customer = Customer::of(&shop)?;
    let cart = Customer::cart(&[(&shop.items[0], 1)]);
    let quote = customer.quote(&cart).await?;
    let order = customer.order(&cart, &quote.body);
    let key = new_key();

    let answers =
        futures::future::try_join_all((0..4).map(|_| customer.place(&key, &order))).await?;
    let first = &answers[0].body["order"]["order_id"];
    for answer in &answers {
        assert_eq!(&answer.body["order"]["order_id"], first, "{answer:?}");
        assert_eq!(answer.body["access_token"], answers[0].body["access_token"]);
    }
    let mut other = order.clone();
    other["remark"] = "少冰".into();
    assert_eq!(
        customer.place(&key, &other).await?.reason(),
        "IDEMPOTENCY_MISMATCH"
    );
    Ok(())
}

#[tokio::test]
async fn bad_input_is_refused_at_its_field_and_changes_nothing() -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let shop = platform.shop(100).await?;
    let customer = Customer::of(&shop)?;
    let good = Customer::cart(&[(&shop.items[0], 1)]);
    let quote = customer.quote(&good).await?;
    let order = customer.order(&good, &quote.body);
    let unknown = "01890a5d-ac96-774b-bcce-b302099a8057";

    let change = |pointer: &str, value: Value| {
        let mut changed = order.clone();
        if let Some(place) = changed.pointer_mut(pointer) {
            *place = value;
        }
        changed
    };
    let cases = [
        (
            change("/lines/0/product_id", unknown.into()),
            "ITEM_NOT_FOUND",
            "lines[0].product_id",
        ),
        (
            change("/lines/0/quantity", (-1).into()),
            "VALIDATION_FAILED",
            "lines[0].quantity",
        ),
        (
            change("/lines/0/quantity", 100.into()),
            "ORDER_TOO_LARGE",
            "lines[0].quantity",
        ),
        (
            change("/lines/0/note", "冰".repeat(201).into()),
            "TEXT_TOO_LONG",
            "lines[0].note",
        ),
        (
            change("/remark", "冰".repeat(501).into()),
            "TEXT_TOO_LONG",
            "remark",
        ),
        (
            change("/contact/phone", "12345".into()),
            "PHONE_INVALID",
            "contact.phone",
        ),
        (
            change("/contact/name", "".into()),
            "VALIDATION_FAILED",
            "contact.name",
        ),
        (
            change("/wanted_at", "2020-01-01T00:00:00Z".into()),
            "SLOT_PAST",
            "wanted_at",
        ),
        (change("/lines", json!([])), "VALIDATION_FAILED", "lines"),
    ];
    for (body, reason, field) in cases {
        let answer = customer.place(&new_key(), &body).await?;
        // A past slot changes the quote's hash too, so it is asked for with a quote of its own.
        let answer = if answer.reason() == "QUOTE_CHANGED" {
            let mut renewed = body.clone();
            renewed["quote_hash"] = answer.body["quote"]["hash"].clone();
            customer.place(&new_key(), &renewed).await?
        } else {
            answer
        };
        assert!(
            answer
                .fields()
                .iter()
                .any(|found| found == &format!("{field}: {reason}")),
            "{reason} at {field} expected: {answer:?}"
        );
    }
    let malformed = customer
        .call(
            Method::POST,
            "/orders",
            Some("k"),
            Some(&json!({"lines": 5})),
        )
        .await?;
    assert_eq!(malformed.status, 400);
    assert_eq!(malformed.reason(), "VALIDATION_FAILED");

    let board = format!("/branches/{}/orders", shop.branch_id);
    let board = shop.owner.call(Method::GET, &board, Value::Null).await?;
    assert_eq!(board["orders"], json!([]));
    Ok(())
}
