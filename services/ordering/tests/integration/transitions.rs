//! Transitions of orders, by staff and by the customer.

use crate::common::{Shop, cancel, reason, to, to_slot, transitioned};
use proto::ordering::v1::{
    CancelByTokenRequest, FindOrderStatesRequest, GetOrderByTokenRequest, GetOrderRequest,
    OrderChanged, OrderEvent, OrderState, TransitionOrderRequest, UndoTransitionRequest,
};

async fn history(shop: &Shop, order_id: &str) -> Vec<OrderEvent> {
    let request = GetOrderRequest {
        order_id: order_id.to_owned(),
    };
    shop.counter()
        .get_order(request)
        .await
        .unwrap()
        .into_inner()
        .events
}

#[tokio::test]
async fn every_step_of_an_order_is_published() {
    let shop = Shop::open().await;
    let mut events = shop.service.listen(&["ordering.order.*.v1"]).await;
    let (order, _) = shop.placed("k").await;
    let mut counter = shop.counter();

    let order = transitioned(&mut counter, to(&order, OrderState::Preparing))
        .await
        .unwrap();
    assert_eq!((order.state(), order.version), (OrderState::Preparing, 3));
    assert!(order.accepted_at.is_some());
    assert_eq!(
        order.next_states,
        [OrderState::Ready, OrderState::Completed].map(i32::from)
    );
    let order = transitioned(&mut counter, to(&order, OrderState::Ready))
        .await
        .unwrap();
    let unpaid = transitioned(&mut counter, to(&order, OrderState::Completed))
        .await
        .unwrap_err();
    assert_eq!(
        (unpaid.reason.as_ref(), unpaid.params["due"].as_str()),
        ("PAYMENT_DUE", "50")
    );
    let paid = TransitionOrderRequest {
        cash_received: true,
        ..to(&order, OrderState::Completed)
    };
    let order = transitioned(&mut counter, paid).await.unwrap();
    assert_eq!(order.paid.as_ref().unwrap().amount, 50);
    assert!(order.completed_at.is_some());

    let mut published = Vec::new();
    while published.len() < 5 {
        let event = events.next().await;
        published.push((event.type_, event.version));
    }
    let expected = ["placed", "accepted", "preparing", "ready", "completed"];
    let expected: Vec<_> = expected
        .iter()
        .zip(1..)
        .map(|(s, v)| (format!("ordering.order.{s}.v1"), v))
        .collect();
    assert_eq!(published, expected);
    let kinds: Vec<_> = history(&shop, &order.order_id)
        .await
        .into_iter()
        .map(|e| e.actor_kind)
        .collect();
    assert_eq!(kinds, ["customer", "staff", "staff", "staff", "staff"]);
}

#[tokio::test]
async fn a_transition_the_rules_do_not_know_names_the_present_state() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let mut counter = shop.counter();
    let refused = transitioned(&mut counter, to(&order, OrderState::NoShow))
        .await
        .unwrap_err();
    assert_eq!(refused.reason, "ILLEGAL_TRANSITION");
    assert_eq!(refused.params["state"], "placed");
    assert_eq!(shop.count("order_events").await, 1);
}

#[tokio::test]
async fn of_two_simultaneous_requests_one_wins_and_the_other_gets_the_new_state() {
    for round in 0..8 {
        let shop = Shop::open().await;
        let (order, _) = shop.placed(&format!("k{round}")).await;
        let (mut one, mut other) = (shop.manager(), shop.manager());
        let (accept, cancelled) = tokio::join!(
            transitioned(&mut one, to(&order, OrderState::Accepted)),
            transitioned(&mut other, cancel(&order)),
        );
        let (winner, loser) = match (accept, cancelled) {
            (Ok(order), Err(refused)) | (Err(refused), Ok(order)) => (order, refused),
            both => panic!("exactly one must win: {both:?}"),
        };
        assert_eq!(loser.reason, "ILLEGAL_TRANSITION");
        let state = winner
            .state()
            .as_str_name()
            .trim_start_matches("ORDER_STATE_")
            .to_lowercase();
        assert_eq!(loser.params["state"], state);
        assert_eq!(shop.count("order_events").await, 2);
        if round == 0 {
            testkit::assert_no_unpublished(shop.service.db()).await;
        }
    }
}

#[tokio::test]
async fn the_same_key_changes_an_order_once() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let mut counter = shop.counter();
    let request = TransitionOrderRequest {
        idempotency_key: "p".into(),
        ..to(&order, OrderState::Accepted)
    };
    let first = transitioned(&mut counter, request.clone()).await.unwrap();
    let again = transitioned(&mut counter, request.clone()).await.unwrap();
    assert_eq!(first.version, again.version);
    let other = TransitionOrderRequest {
        to: OrderState::Preparing.into(),
        ..request
    };
    let refused = transitioned(&mut counter, other).await.unwrap_err();
    assert_eq!(refused.reason, "IDEMPOTENCY_MISMATCH");
}

#[tokio::test]
async fn simultaneous_repeats_of_one_key_all_get_the_first_answer() {
    let shop = Shop::open().await;
    for round in 0..4 {
        let (order, _) = shop.placed(&format!("k{round}")).await;
        let request = TransitionOrderRequest {
            idempotency_key: format!("p{round}"),
            ..cancel(&order)
        };
        let attempts = (0..6).map(|_| {
            let (mut client, request) = (shop.counter(), request.clone());
            async move { transitioned(&mut client, request).await }
        });
        for answer in futures::future::join_all(attempts).await {
            let answer = answer.unwrap();
            assert_eq!((answer.state(), answer.version), (OrderState::Cancelled, 2));
        }
        assert_eq!(history(&shop, &order.order_id).await.len(), 2);
    }
}

#[tokio::test]
async fn simultaneous_undos_all_get_the_first_answer() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let identity = shop.counter_identity();
    let accepted = transitioned(
        &mut shop.client(&identity),
        to(&order, OrderState::Accepted),
    )
    .await
    .unwrap();
    let undo = UndoTransitionRequest {
        order_id: order.order_id.clone(),
        version: accepted.version,
    };
    let attempts = (0..6).map(|_| {
        let mut client = shop.client(&identity);
        let undo = undo.clone();
        async move { client.undo_transition(undo).await }
    });
    for answer in futures::future::join_all(attempts).await {
        let back = answer.unwrap().into_inner().order.unwrap();
        assert_eq!((back.state(), back.version), (OrderState::Placed, 3));
    }
    assert_eq!(history(&shop, &order.order_id).await.len(), 3);
    // Another account has nothing to repeat.
    let other = shop.counter().undo_transition(undo).await;
    assert_eq!(reason(other), "ILLEGAL_TRANSITION");
}

#[tokio::test]
async fn a_customers_simultaneous_cancellations_are_one() {
    let shop = Shop::open().await;
    let (order, access_token) = shop.placed("k").await;
    let request = CancelByTokenRequest { access_token };
    let attempts = (0..6).map(|_| {
        let (mut client, request) = (shop.customer(), request.clone());
        async move { client.cancel_by_token(request).await }
    });
    for answer in futures::future::join_all(attempts).await {
        let answer = answer.unwrap().into_inner().order.unwrap();
        assert_eq!((answer.state(), answer.version), (OrderState::Cancelled, 2));
    }
    assert_eq!(history(&shop, &order.order_id).await.len(), 2);
}

/// A board that was offline repeats its requests: the present state decides.
#[tokio::test]
async fn a_step_that_arrives_after_a_cancellation_is_refused_by_the_present_state() {
    let shop = Shop::open().await;
    let (order, token) = shop.placed("k").await;
    let queued = TransitionOrderRequest {
        idempotency_key: "queued".into(),
        ..to(&order, OrderState::Accepted)
    };
    transitioned(&mut shop.counter(), cancel(&order))
        .await
        .unwrap();
    shop.advance(60);
    for _ in 0..2 {
        let refused = transitioned(&mut shop.counter(), queued.clone())
            .await
            .unwrap_err();
        assert_eq!(refused.reason, "ILLEGAL_TRANSITION");
        assert_eq!(
            (
                refused.params["state"].as_str(),
                refused.params["to"].as_str()
            ),
            ("cancelled", "accepted")
        );
    }
    let get = GetOrderByTokenRequest {
        access_token: token,
    };
    let page = shop.customer().get_order_by_token(get).await.unwrap();
    let page = page.into_inner().order.unwrap();
    assert_eq!(page.state(), OrderState::Cancelled);
    assert_eq!(history(&shop, &order.order_id).await.len(), 2);
}

#[tokio::test]
async fn of_a_customers_cancellation_and_an_acceptance_at_once_one_wins() {
    let shop = Shop::open().await;
    for round in 0..8 {
        let (order, access_token) = shop.placed(&format!("k{round}")).await;
        let (mut counter, mut customer) = (shop.counter(), shop.customer());
        let (accepted, cancelled) = tokio::join!(
            transitioned(&mut counter, to(&order, OrderState::Accepted)),
            customer.cancel_by_token(CancelByTokenRequest { access_token }),
        );
        assert_ne!(accepted.is_ok(), cancelled.is_ok());
        let last = history(&shop, &order.order_id).await;
        let state = if accepted.is_ok() {
            OrderState::Accepted
        } else {
            OrderState::Cancelled
        };
        assert_eq!((last.len(), last[1].to()), (2, state));
    }
}

#[tokio::test]
async fn a_version_that_was_undone_conflicts() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let mut counter = shop.counter();
    let accepted = transitioned(&mut counter, to(&order, OrderState::Accepted))
        .await
        .unwrap();
    let undo = UndoTransitionRequest {
        order_id: order.order_id.clone(),
        version: accepted.version,
    };
    counter.undo_transition(undo).await.unwrap();
    // Placed again, but not as it was read.
    let refused = transitioned(&mut counter, to(&order, OrderState::Accepted))
        .await
        .unwrap_err();
    assert_eq!(refused.reason, "VERSION_CONFLICT");
    assert_eq!(
        (
            refused.params["expected"].as_str(),
            refused.params["actual"].as_str()
        ),
        ("1", "3")
    );
}

#[tokio::test]
async fn a_step_can_be_taken_back_for_ten_seconds_by_who_made_it() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let mut counter = shop.counter();
    let made = transitioned(&mut counter, to(&order, OrderState::Preparing))
        .await
        .unwrap();
    assert!(made.undo_until.is_some());
    let undo = UndoTransitionRequest {
        order_id: order.order_id.clone(),
        version: made.version,
    };

    shop.advance(9);
    assert_eq!(
        reason(shop.counter().undo_transition(undo.clone()).await),
        "ILLEGAL_TRANSITION"
    );
    let back = counter
        .undo_transition(undo)
        .await
        .unwrap()
        .into_inner()
        .order
        .unwrap();
    assert_eq!((back.state(), back.version), (OrderState::Placed, 4));
    assert!(back.accepted_at.is_none() && back.undo_until.is_none());
    let last = history(&shop, &order.order_id).await.pop().unwrap();
    assert_eq!(
        (last.from(), last.to()),
        (OrderState::Preparing, OrderState::Placed)
    );

    let again = transitioned(&mut counter, to(&back, OrderState::Accepted))
        .await
        .unwrap();
    shop.advance(10);
    let late = UndoTransitionRequest {
        order_id: order.order_id,
        version: again.version,
    };
    assert_eq!(
        reason(counter.undo_transition(late).await),
        "ILLEGAL_TRANSITION"
    );
}

#[tokio::test]
async fn sensitive_actions_need_their_grant() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let (mut counter, mut manager) = (shop.counter(), shop.manager());
    let order = transitioned(&mut counter, to(&order, OrderState::Accepted))
        .await
        .unwrap();
    let refused = transitioned(&mut counter, cancel(&order))
        .await
        .unwrap_err();
    assert_eq!(
        (refused.reason.as_ref(), refused.params["action"].as_str()),
        ("PERMISSION_DENIED", "order.cancel_late")
    );

    let paid = TransitionOrderRequest {
        cash_received: true,
        ..to(&order, OrderState::Completed)
    };
    let order = transitioned(&mut counter, paid).await.unwrap();
    let reopen = TransitionOrderRequest {
        reason: "少一杯".into(),
        ..to(&order, OrderState::Preparing)
    };
    let refused = transitioned(&mut counter, reopen.clone())
        .await
        .unwrap_err();
    assert_eq!(refused.params["action"], "order.reopen");
    let order = transitioned(&mut manager, reopen).await.unwrap();
    assert_eq!(order.state(), OrderState::Preparing);
    assert!(order.completed_at.is_none());
    let order = transitioned(&mut manager, cancel(&order)).await.unwrap();
    assert_eq!(order.state(), OrderState::Cancelled);
}

#[tokio::test]
async fn the_kitchen_makes_and_completes_and_does_nothing_else() {
    let shop = Shop::open().await;
    let (placed, _) = shop.placed("k").await;
    let (mut counter, mut kitchen) = (shop.counter(), shop.kitchen());
    let denied = |refused: &chassis::error::Problem| {
        assert_eq!(refused.reason, "PERMISSION_DENIED");
        assert_eq!(refused.params["permission"], "ops.orders");
    };
    let reject = TransitionOrderRequest {
        to: OrderState::Rejected.into(),
        ..cancel(&placed)
    };
    for request in [
        to(&placed, OrderState::Accepted),
        // Making it would accept it.
        to(&placed, OrderState::Preparing),
        cancel(&placed),
        reject,
    ] {
        denied(&transitioned(&mut kitchen, request).await.unwrap_err());
    }
    let later = kitchen.reschedule_order(to_slot(&shop, &placed, 60)).await;
    denied(&chassis::error::Problem::from_status(&later.unwrap_err()));
    assert_eq!(shop.count("order_events").await, 1);

    let order = transitioned(&mut counter, to(&placed, OrderState::Accepted))
        .await
        .unwrap();
    let order = transitioned(&mut kitchen, to(&order, OrderState::Preparing))
        .await
        .unwrap();
    assert_eq!(
        order.next_states,
        [OrderState::Ready, OrderState::Completed].map(i32::from)
    );
    denied(
        &transitioned(&mut kitchen, cancel(&order))
            .await
            .unwrap_err(),
    );
    let unpaid = TransitionOrderRequest {
        override_payment: true,
        reason: "招待".into(),
        ..to(&order, OrderState::Completed)
    };
    denied(&transitioned(&mut kitchen, unpaid).await.unwrap_err());
    // Its own request it may take back.
    let undo = UndoTransitionRequest {
        order_id: order.order_id.clone(),
        version: order.version,
    };
    let order = kitchen.undo_transition(undo).await.unwrap().into_inner();
    let order = order.order.unwrap();
    assert_eq!(order.state(), OrderState::Accepted);
    let paid = TransitionOrderRequest {
        cash_received: true,
        ..to(&order, OrderState::Completed)
    };
    let order = transitioned(&mut kitchen, paid).await.unwrap();
    assert_eq!(order.state(), OrderState::Completed);
    assert!(order.next_states.is_empty());
    let reopen = TransitionOrderRequest {
        reason: "少一杯".into(),
        ..to(&order, OrderState::Preparing)
    };
    denied(&transitioned(&mut kitchen, reopen).await.unwrap_err());
}

#[tokio::test]
async fn a_customer_cancels_by_the_link_until_accepted() {
    let shop = Shop::open().await;
    let mut events = shop.service.listen(&["ordering.order.cancelled.v1"]).await;
    let (_, token) = shop.placed("k1").await;
    let request = CancelByTokenRequest {
        access_token: token,
    };
    for _ in 0..2 {
        let answer = shop
            .customer()
            .cancel_by_token(request.clone())
            .await
            .unwrap()
            .into_inner();
        assert_eq!(answer.order.unwrap().state(), OrderState::Cancelled);
    }
    let event = events.next().await;
    let change = event.decode::<OrderChanged>().unwrap().change.unwrap();
    assert!(change.return_stock);
    assert_eq!(change.from(), OrderState::Placed);

    let (order, token) = shop.placed("k2").await;
    transitioned(&mut shop.counter(), to(&order, OrderState::Accepted))
        .await
        .unwrap();
    let late = CancelByTokenRequest {
        access_token: token.clone(),
    };
    assert_eq!(
        reason(shop.customer().cancel_by_token(late).await),
        "ILLEGAL_TRANSITION"
    );
    let get = GetOrderByTokenRequest {
        access_token: token,
    };
    assert!(
        !shop
            .customer()
            .get_order_by_token(get)
            .await
            .unwrap()
            .into_inner()
            .may_cancel
    );
    let wrong = CancelByTokenRequest {
        access_token: "A".repeat(38),
    };
    assert_eq!(
        reason(shop.customer().cancel_by_token(wrong).await),
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn holders_of_something_learn_which_orders_exist() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let unknown = crate::common::fakes::TEA.to_string();
    let request = FindOrderStatesRequest {
        order_ids: vec![unknown, order.order_id.clone()],
    };
    let known = shop
        .peer()
        .find_order_states(request)
        .await
        .unwrap()
        .into_inner()
        .orders;
    assert_eq!(known.len(), 1);
    assert_eq!(
        (known[0].order_id.as_str(), known[0].state()),
        (order.order_id.as_str(), OrderState::Placed)
    );
}
