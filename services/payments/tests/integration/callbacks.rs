//! Messages of providers: believed only when everything about them is right, and applied once.

use chrono::TimeDelta;
use payment_adapters::State;
use proto::payments::v1::{AttemptState, NoteReturnRequest, PaymentChanged, PaymentStatus};

use crate::common::{KEY, Message, Shop, report, script, twd};

#[tokio::test]
async fn repeated_weaker_and_failed_messages_after_the_money_change_nothing() {
    let shop = Shop::open().await;
    let mut events = shop.service.listen(&["payments.payment.*.v1"]).await;
    let order = shop.order(480);
    let other = shop.pay("k1", &order).await;
    script(&shop.merchant, |script| {
        let failed = Ok(report(State::Failed, None));
        script.states.insert(other.clone(), failed);
    });
    let reference = shop.pay("k2", &order).await;
    let issued = shop.message(&reference, "number", "number_issued", 480);
    let paid = shop.message(&reference, "paid", "captured", 480);
    let resent = Message {
        text: "paid".to_owned(),
        ..paid.clone()
    };
    let failed = shop.message(&other, "failed", "failed", 480);
    for message in [&issued, &paid, &resent, &issued, &failed] {
        assert_eq!(shop.deliver(message).await.body, "1|OK");
    }
    let (one, two) = tokio::join!(shop.deliver(&paid), shop.deliver(&resent));
    assert_eq!((one.body, two.body), ("1|OK".into(), "1|OK".into()));

    let payment = shop.payment(&order).await;
    assert_eq!(
        (payment.state(), payment.captured),
        (PaymentStatus::Captured, 480)
    );
    assert_eq!(payment.attempts[0].state(), AttemptState::Failed);
    let mut keys = vec![events.next().await.type_, events.next().await.type_];
    keys.sort();
    assert_eq!(
        keys,
        ["payments.payment.captured.v1", "payments.payment.failed.v1"]
    );
    let transactions = "SELECT count(*) FROM ledger_transactions";
    assert_eq!(shop.count(transactions).await, 1);
    let deliveries = "SELECT sum(deliveries)::bigint FROM callbacks WHERE event = 'paid'";
    // What comes again word for word is acknowledged from memory.
    assert_eq!(shop.count(deliveries).await, 2);
}

#[tokio::test]
async fn a_message_with_anything_wrong_is_stored_and_changes_nothing() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let reference = shop.pay("k", &order).await;
    let right = shop.message(&reference, "paid", "captured", 165);
    let forged = Message {
        key: Some("fedcba9876543210".to_owned()),
        ..right.clone()
    };
    let rejected = shop.deliver(&forged).await;
    assert_eq!(
        (rejected.status, rejected.body),
        (200, "0|CheckMacValue Error".into())
    );
    let broken = shop.deliver_bytes(b"\xff<html>".to_vec()).await;
    assert_eq!(broken.body, "0|CheckMacValue Error");
    let rejected = "SELECT count(*) FROM rejected_callbacks";
    assert_eq!(shop.count(rejected).await, 2);

    let wrong = [
        Message {
            amount: 164,
            event: "amount".to_owned(),
            ..right.clone()
        },
        Message {
            currency: "USD".to_owned(),
            event: "currency".to_owned(),
            ..right.clone()
        },
        Message {
            merchant: "somebody".to_owned(),
            event: "merchant".to_owned(),
            ..right.clone()
        },
        Message {
            reference: "NOBODY".to_owned(),
            event: "reference".to_owned(),
            ..right.clone()
        },
    ];
    for message in &wrong {
        // Acknowledged: a redelivery could not cure it.
        assert_eq!(shop.deliver(message).await.body, "1|OK", "{message:?}");
    }
    let mismatches = "SELECT count(*) FROM callbacks WHERE outcome = 'mismatch'";
    assert_eq!(shop.count(mismatches).await, 4);
    let payment = shop.payment(&order).await;
    assert_eq!(
        (payment.state(), payment.captured),
        (PaymentStatus::Pending, 0)
    );
    assert_eq!(
        shop.count("SELECT count(*) FROM ledger_transactions").await,
        0
    );

    shop.deliver(&right).await;
    assert_eq!(shop.payment(&order).await.captured, 165);
}

#[tokio::test]
async fn an_oversized_message_and_an_unknown_address_are_turned_away() {
    let shop = Shop::open().await;
    let large = shop.deliver_bytes(vec![b'x'; 64 * 1024 + 1]).await;
    assert_eq!(large.status, 413);
    let request = proto::payments::v1::ReceiveCallbackRequest {
        provider: 1,
        account_id: shop.branch.to_string(),
        ..Default::default()
    };
    let unknown = shop.gateway().receive_callback(request).await.unwrap();
    assert_eq!(unknown.into_inner().status, 404);
}

#[tokio::test]
async fn an_unsigned_message_only_has_the_provider_asked() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let reference = shop.pay("k", &order).await;
    let hint = Message {
        key: None,
        ..shop.message(&reference, "hint", "captured", 165)
    };
    shop.deliver(&hint).await;
    assert_eq!(shop.payment(&order).await.captured, 0);
    assert!(shop.calls().contains(&format!("query {reference}")));
    script(&shop.merchant, |script| {
        let paid = Ok(report(State::Captured, twd(165)));
        script.states.insert(reference.clone(), paid);
    });
    let second = Message {
        event: "hint2".to_owned(),
        ..hint
    };
    shop.deliver(&second).await;
    assert_eq!(shop.payment(&order).await.captured, 165);
}

#[tokio::test]
async fn a_replaced_key_verifies_for_seven_days_and_the_new_one_at_once() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let reference = shop.pay("k", &order).await;
    let new_key = "aaaabbbbccccdddd";
    let request = proto::payments::v1::ReplaceCredentialsRequest {
        account_id: shop.account.account_id.clone(),
        version: shop.account.version,
        mode: 1,
        credentials: shop.credentials(new_key),
    };
    shop.accounts().replace_credentials(request).await.unwrap();
    let with = |key: &str, event: &str| Message {
        key: Some(key.to_owned()),
        ..shop.message(&reference, event, "number_issued", 165)
    };
    assert_eq!(shop.deliver(&with(KEY, "old")).await.body, "1|OK");
    assert_eq!(shop.deliver(&with(new_key, "new")).await.body, "1|OK");
    shop.advance(TimeDelta::days(7) + TimeDelta::seconds(1));
    let late = shop.deliver(&with(KEY, "late")).await;
    assert_eq!(late.body, "0|CheckMacValue Error");
}

#[tokio::test]
async fn the_event_says_what_happened() {
    let shop = Shop::open().await;
    let mut events = shop.service.listen(&["payments.payment.failed.v1"]).await;
    let order = shop.order(165);
    let reference = shop.pay("k", &order).await;
    shop.deliver(&shop.message(&reference, "failed", "failed", 165))
        .await;
    let body: PaymentChanged = events.next().await.decode().unwrap();
    assert_eq!(body.attempt_state(), AttemptState::Failed);
    assert_eq!((body.state(), body.captured), (PaymentStatus::Failed, 0));
    assert_eq!(body.attempt_number, 1);
}

#[tokio::test]
async fn a_browsers_return_proves_nothing_and_leads_back_to_the_order() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let reference = shop.pay("k", &order).await;
    let note = |reference: &str| NoteReturnRequest {
        reference: reference.to_owned(),
        ..Default::default()
    };
    let returned = shop
        .gateway()
        .note_return(note(&reference))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(returned.order_id, order.order_id);
    assert_eq!(returned.organisation_id, shop.org.to_string());
    assert_eq!(returned.back_url, "https://shop.example/o/1");
    assert_eq!(shop.payment(&order).await.captured, 0);
    let unknown = shop.gateway().note_return(note("NOBODY")).await;
    assert_eq!(crate::common::reason(unknown), "NOT_FOUND");
}

#[tokio::test]
async fn a_signed_copy_that_the_browser_brings_counts_as_the_callback_and_nothing_else_does() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let reference = shop.pay("k", &order).await;
    let bring = async |message: &Message| {
        let request = NoteReturnRequest {
            reference: reference.clone(),
            body: serde_json::to_vec(message).unwrap().into(),
            ..Default::default()
        };
        let returned = shop.gateway().note_return(request).await.unwrap();
        assert_eq!(returned.into_inner().order_id, order.order_id);
        shop.payment(&order).await.captured
    };
    let genuine = shop.message(&reference, "paid", "captured", 165);
    let unsigned = Message {
        key: None,
        ..genuine.clone()
    };
    let forged = Message {
        key: Some("another key 1234".to_owned()),
        ..genuine.clone()
    };
    assert_eq!([bring(&unsigned).await, bring(&forged).await], [0, 0]);
    let stored =
        "SELECT (SELECT count(*) FROM callbacks) + (SELECT count(*) FROM rejected_callbacks)";
    assert_eq!(
        shop.count(stored).await,
        0,
        "a browser cannot fill the tables"
    );

    let other = shop.pay("k2", &shop.order(105)).await;
    let foreign = shop.message(&other, "paid", "captured", 105);
    assert_eq!(bring(&foreign).await, 0);
    let alarmed = "SELECT count(*) FROM callbacks WHERE outcome = 'mismatch'";
    assert_eq!(shop.count(alarmed).await, 1);

    assert_eq!([bring(&genuine).await, bring(&genuine).await], [165, 165]);
    shop.captured(&reference, 165).await;
    let booked = "SELECT count(*) FROM ledger_transactions";
    assert_eq!(
        shop.count(booked).await,
        1,
        "the callback itself is a repeat"
    );
}
