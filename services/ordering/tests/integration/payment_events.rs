//! What payments reports makes a waiting order a placed one, once, and later says what was given back.

use crate::common::{
    Shop,
    payments::{CARD, DEPOSIT, amount, declined, paid, unknown},
    reason, to, transitioned,
};
use chassis::outbox::Event;
use proto::{
    ordering::v1::{
        CancelByTokenRequest, CancelReason, OrderChanged, OrderPaymentChanged, OrderState,
        PaymentMethod, PaymentProgress, PaymentState, TransitionOrderRequest,
        UndoTransitionRequest,
    },
    payments::v1::{PaymentChanged, PaymentStatus},
};

#[tokio::test]
async fn an_order_paid_online_is_placed_when_its_money_is_there() {
    let shop = Shop::open().await;
    let mut events = shop.service.listen(&["ordering.order.*.v1"]).await;
    let (order, token) = shop.waiting("k", CARD).await;
    assert_eq!(order.state(), OrderState::PendingPayment);
    assert_eq!(order.payment_method(), PaymentMethod::Online);
    assert_eq!((order.pickup_number.as_str(), order.placed_at), ("", None));
    assert_eq!((order.pay_now, order.payment_name.as_str()), (50, "信用卡"));
    assert_eq!(order.payment_progress(), PaymentProgress::Open);
    let waits = order.pay_by.unwrap().seconds - order.created_at.unwrap().seconds;
    assert_eq!(waits, 15 * 60);
    let event = events.next().await;
    assert_eq!(event.type_, "ordering.order.pending_payment.v1");

    // It takes no number of those that are placed meanwhile.
    let (on_site, _) = shop.placed("k2").await;
    assert_eq!(on_site.pickup_number, "001");
    assert_ne!(on_site.order_number, order.order_number);
    events.next().await;

    shop.report_until(&[paid(&order, 2)], |order| {
        order.state() == OrderState::Placed
    })
    .await;
    let seen = shop.read_by_token(&token).await;
    assert_eq!(seen.pickup_number, "002");
    assert_eq!(seen.payment_state(), PaymentState::Paid);
    assert_eq!(seen.payment_progress(), PaymentProgress::Done);
    assert_eq!((amount(&seen.paid), seen.pay_by), (50, None));
    let event = events.next().await;
    assert_eq!(event.type_, "ordering.order.placed.v1");
    let placed: OrderChanged = event.decode().unwrap();
    let change = placed.change.unwrap();
    assert_eq!(change.from(), OrderState::PendingPayment);
    assert_eq!((change.paid, change.paid_on_site), (50, 0));
    let snapshot = placed.order.unwrap();
    assert_eq!(
        (snapshot.pickup_number.as_str(), snapshot.paid),
        ("002", 50)
    );

    // It is handed over without money.
    let (mut manager, id) = (shop.manager(), order.order_id.clone());
    let present = shop.read(&id).await.order;
    let done = transitioned(&mut manager, to(&present, OrderState::Completed)).await;
    assert_eq!(amount(&done.unwrap().paid), 50);
}

/// Providers report late, twice and out of order; so do their events.
#[tokio::test]
async fn reports_in_any_order_and_number_place_it_once() {
    let shop = Shop::open().await;
    let (order, _) = shop.waiting("k", CARD).await;
    let (witness, _) = shop.waiting("witness", CARD).await;
    let mut placed = shop.service.listen(&["ordering.order.placed.v1"]).await;
    let reports = [
        paid(&order, 3),
        declined(&order, 2),
        paid(&order, 3),
        declined(&order, 2),
        paid(&witness, 2),
    ];
    shop.report_until(&reports, |order| order.state() == OrderState::Placed)
        .await;
    shop.report(&reports).await;
    shop.until(&witness, |order| order.state() == OrderState::Placed)
        .await;

    let seen = shop.read(&order.order_id).await;
    assert_eq!(seen.events.len(), 2, "created and placed, each once");
    assert_eq!(seen.order.payment_progress(), PaymentProgress::Done);
    let mut orders = [placed.next().await, placed.next().await]
        .map(|event| event.decode::<OrderChanged>().unwrap().change.unwrap());
    orders.sort_by_key(|change| change.order_id == witness.order_id);
    assert_eq!(orders[0].order_id, order.order_id);
    assert_eq!(orders[1].order_id, witness.order_id);
}

#[tokio::test]
async fn a_declined_payment_leaves_it_waiting_and_the_next_one_places_it() {
    let shop = Shop::open().await;
    let (order, token) = shop.waiting("k", CARD).await;
    let mut changes = shop.service.listen(&["ordering.payment.changed.v1"]).await;
    shop.pay(&token, "p1", CARD).await.unwrap();
    let changed: OrderPaymentChanged = changes.next().await.decode().unwrap();
    assert_eq!(changed.progress(), PaymentProgress::AtProvider);
    let change = changed.change.unwrap();
    assert_eq!(change.order_id, order.order_id);
    assert_eq!(change.to(), OrderState::PendingPayment);

    shop.report_until(&[declined(&order, 2)], |order| {
        order.payment_progress() == PaymentProgress::Declined
    })
    .await;
    let seen = shop.read_by_token(&token).await;
    assert_eq!(seen.state(), OrderState::PendingPayment);
    assert_eq!(seen.payment_state(), PaymentState::Failed);

    shop.pay(&token, "p2", CARD).await.unwrap();
    let second = PaymentChanged {
        attempt_number: 2,
        ..paid(&order, 4)
    };
    shop.report_until(&[second], |order| order.state() == OrderState::Placed)
        .await;
}

#[tokio::test]
async fn a_reservation_places_it_and_is_enough_to_hand_it_over() {
    let shop = Shop::open().await;
    let (order, _) = shop.waiting("k", CARD).await;
    let reserved = PaymentChanged {
        state: PaymentStatus::Authorized.into(),
        captured: 0,
        ..paid(&order, 2)
    };
    shop.report_until(&[reserved], |order| order.state() == OrderState::Placed)
        .await;
    let seen = shop.read(&order.order_id).await.order;
    assert_eq!(seen.payment_state(), PaymentState::Authorized);
    let done = transitioned(&mut shop.manager(), to(&seen, OrderState::Completed)).await;
    assert_eq!(amount(&done.unwrap().paid), 0);
    // The provider captures it once it was handed over.
    shop.report_until(&[paid(&order, 3)], |order| {
        order.payment_state() == PaymentState::Paid
    })
    .await;
}

/// Worked example: two captures.
#[tokio::test]
async fn a_second_capture_is_shown_until_it_went_back() {
    let shop = Shop::open().await;
    let (order, _) = shop.waiting("k", CARD).await;
    let twice = PaymentChanged {
        captured: 100,
        refunding: 50,
        ..paid(&order, 4)
    };
    shop.report_until(&[paid(&order, 2), twice], |order| {
        order.state() == OrderState::Placed && order.refunding == 50
    })
    .await;
    let seen = shop.read(&order.order_id).await;
    assert_eq!(amount(&seen.order.paid), 100);
    let returned = PaymentChanged {
        captured: 100,
        refunded: 50,
        ..paid(&order, 5)
    };
    shop.report_until(&[returned], |order| order.refunded == 50)
        .await;
    let seen = shop.read(&order.order_id).await;
    assert_eq!(amount(&seen.order.paid), 50);
    assert_eq!(seen.order.payment_state(), PaymentState::Paid);
    assert_eq!(seen.events.len(), 2);
}

#[tokio::test]
async fn a_paid_order_that_is_rejected_shows_its_refund() {
    let shop = Shop::open().await;
    let (order, _) = shop.waiting("k", CARD).await;
    shop.report_until(&[paid(&order, 2)], |order| {
        order.state() == OrderState::Placed
    })
    .await;
    let placed = shop.read(&order.order_id).await.order;
    let rejection = TransitionOrderRequest {
        cancel_reason: Some(CancelReason::OutOfStock.into()),
        ..to(&placed, OrderState::Rejected)
    };
    transitioned(&mut shop.manager(), rejection).await.unwrap();

    let going_back = PaymentChanged {
        refunding: 50,
        ..paid(&order, 3)
    };
    shop.report_until(&[going_back], |order| order.refunding == 50)
        .await;
    let given_back = PaymentChanged {
        state: PaymentStatus::Refunded.into(),
        refunded: 50,
        ..paid(&order, 4)
    };
    shop.report_until(&[given_back], |order| order.refunded == 50)
        .await;
    let seen = shop.read(&order.order_id).await.order;
    assert_eq!(seen.state(), OrderState::Rejected);
    assert_eq!(seen.payment_state(), PaymentState::Refunded);
    assert_eq!((amount(&seen.paid), seen.refunding), (0, 0));
}

#[tokio::test]
async fn money_for_an_order_that_was_cancelled_while_it_waited_changes_only_its_amounts() {
    let shop = Shop::open().await;
    let (order, token) = shop.waiting("k", CARD).await;
    let cancel = CancelByTokenRequest {
        access_token: token.clone(),
    };
    let cancelled = shop.customer().cancel_by_token(cancel).await.unwrap();
    let cancelled = cancelled.into_inner().order.unwrap();
    assert_eq!(cancelled.state(), OrderState::Cancelled);
    let late = PaymentChanged {
        refunding: 50,
        ..paid(&order, 2)
    };
    shop.report_until(&[late], |order| order.refunding == 50)
        .await;
    let seen = shop.read_by_token(&token).await;
    assert_eq!(
        (seen.state(), seen.pickup_number.as_str()),
        (OrderState::Cancelled, "")
    );
}

/// A part that staff refunded is not asked for when the order is handed over.
#[tokio::test]
async fn what_was_refunded_on_purpose_is_not_due() {
    let shop = Shop::open().await;
    let (order, _) = shop.waiting("k", CARD).await;
    let partly = PaymentChanged {
        state: PaymentStatus::PartlyRefunded.into(),
        refunded: 25,
        ..paid(&order, 3)
    };
    shop.report_until(&[partly], |order| order.state() == OrderState::Placed)
        .await;
    let seen = shop.read(&order.order_id).await.order;
    assert_eq!(seen.payment_state(), PaymentState::PartlyRefunded);
    let done = transitioned(&mut shop.manager(), to(&seen, OrderState::Completed)).await;
    assert_eq!(amount(&done.unwrap().paid), 25);
}

#[tokio::test]
async fn an_undone_step_keeps_what_was_paid_online() {
    let shop = Shop::open().await;
    let (order, _) = shop.waiting("k", CARD).await;
    shop.report_until(&[paid(&order, 2)], |order| {
        order.state() == OrderState::Placed
    })
    .await;
    let placed = shop.read(&order.order_id).await.order;
    let mut manager = shop.manager();
    let accepted = transitioned(&mut manager, to(&placed, OrderState::Accepted)).await;
    let request = UndoTransitionRequest {
        order_id: order.order_id.clone(),
        version: accepted.unwrap().version,
    };
    let undone = manager.undo_transition(request).await.unwrap();
    let undone = undone.into_inner().order.unwrap();
    assert_eq!(undone.state(), OrderState::Placed);
    assert_eq!(amount(&undone.paid), 50);
    assert_eq!(undone.payment_state(), PaymentState::Paid);
}

#[tokio::test]
async fn a_report_of_another_organisation_or_of_an_unknown_order_changes_nothing() {
    let shop = Shop::open().await;
    let (order, _) = shop.waiting("k", CARD).await;
    let (witness, _) = shop.waiting("witness", DEPOSIT).await;
    let (on_site, _) = shop.placed("on-site").await;
    let stranger = testkit::organisation();
    let changed = paid(&order, 2);
    let id = order.order_id.parse().unwrap();
    let foreign = Event::new("payments.payment.captured.v1", id, 2, &changed);
    shop.service.deliver(stranger, &[foreign]).await;
    let reports = [
        paid(&unknown(&shop), 2),
        PaymentChanged {
            captured: 50,
            ..paid(&on_site, 2)
        },
        paid(&witness, 2),
    ];
    testkit::eventually(async || {
        shop.report(&reports).await;
        let seen = shop.read(&witness.order_id).await.order;
        seen.state() == OrderState::Placed
    })
    .await;
    let seen = shop.read(&order.order_id).await.order;
    assert_eq!(seen.state(), OrderState::PendingPayment);
    let seen = shop.read(&on_site.order_id).await.order;
    assert_eq!(amount(&seen.paid), 0);
}

#[tokio::test]
async fn staff_cannot_place_what_is_not_paid() {
    let shop = Shop::open().await;
    let (order, _) = shop.waiting("k", CARD).await;
    for state in [OrderState::Placed, OrderState::Accepted] {
        let refused = transitioned(&mut shop.manager(), to(&order, state)).await;
        assert_eq!(refused.unwrap_err().reason, "ILLEGAL_TRANSITION");
    }
    let expire = to(&order, OrderState::Expired);
    let refused = shop.counter().transition_order(expire).await;
    assert_eq!(reason(refused), "ILLEGAL_TRANSITION");
}
