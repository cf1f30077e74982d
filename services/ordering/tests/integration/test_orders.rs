//! Test orders: placed by staff who may, counted nowhere, marked, and deleted after thirty days.

use crate::common::{Client, Shop, cancel, reason, to, transitioned};
use chassis::{authn::Identity, clock::Clock as _, error::Problem};
use chrono::TimeDelta;
use proto::ordering::v1::{
    GetOrderRequest, ListOrdersRequest, Order, OrderChanged, OrderState, PlaceOrderRequest,
    PlaceTestOrderRequest, PlaceTestOrderResponse, TestStep, TestStepOutcome,
    TransitionOrderRequest, UndoTransitionRequest,
};
use tonic::Status;

fn tester(shop: &Shop) -> Identity {
    let mut identity = shop.counter_identity();
    identity.actions.insert("test.order".to_owned());
    identity
}

async fn place(
    client: &mut Client,
    order: PlaceOrderRequest,
) -> Result<PlaceTestOrderResponse, Status> {
    let request = PlaceTestOrderRequest { order: Some(order) };
    Ok(client.place_test_order(request).await?.into_inner())
}

async fn placed(shop: &Shop, key: &str) -> Order {
    let request = shop.request(key, 2).await;
    let mut client = shop.client(&tester(shop));
    place(&mut client, request).await.unwrap().order.unwrap()
}

async fn listed(shop: &Shop, business_day: &str, with_tests: bool) -> Vec<String> {
    let request = ListOrdersRequest {
        branch_id: shop.branch().to_string(),
        business_day: business_day.to_owned(),
        with_tests,
        ..Default::default()
    };
    let page = shop.counter().list_orders(request).await.unwrap();
    let orders = page.into_inner().orders.into_iter();
    orders.map(|order| order.pickup_number).collect()
}

#[tokio::test]
async fn it_is_held_apart_marked_everywhere_and_numbered_apart() {
    let shop = Shop::open().await;
    let mut events = shop.service.listen(&["ordering.order.placed.v1"]).await;
    let test = placed(&shop, "k1").await;
    assert!(test.test && shop.capacity.state.lock().asked.as_ref().unwrap().test);
    assert_eq!(test.pickup_number, "T001");
    let body: OrderChanged = events.next().await.decode().unwrap();
    assert!(body.change.unwrap().test && body.order.unwrap().test);

    // A customer's order has the numbers it would have had without.
    let (order, _) = shop.placed("k2").await;
    assert!(!order.test && !shop.capacity.state.lock().asked.as_ref().unwrap().test);
    assert_eq!(order.pickup_number, "001");
    assert_eq!(placed(&shop, "k3").await.pickup_number, "T002");
}

#[tokio::test]
async fn lists_leave_it_out_unless_asked_for() {
    let shop = Shop::open().await;
    placed(&shop, "k1").await;
    shop.placed("k2").await;
    for day in ["", "2026-09-02"] {
        assert_eq!(listed(&shop, day, false).await, ["001"]);
        let mut both = listed(&shop, day, true).await;
        both.sort();
        assert_eq!(both, ["001", "T001"]);
    }
}

#[tokio::test]
async fn a_repeated_key_gives_it_again_and_never_makes_a_customers_order() {
    let shop = Shop::open().await;
    let request = shop.request("k", 2).await;
    let mut client = shop.client(&tester(&shop));
    let first = place(&mut client, request.clone()).await.unwrap();
    let again = place(&mut client, request.clone()).await.unwrap();
    assert!(again.replayed);
    assert_eq!(again.order, first.order);
    let refused = shop.place(request).await.unwrap_err();
    assert_eq!(
        Problem::from_status(&refused).reason,
        "IDEMPOTENCY_MISMATCH"
    );
}

#[tokio::test]
async fn only_staff_of_the_branch_with_the_right_to_may_place_it() {
    let shop = Shop::open().await;
    let request = shop.request("k", 2).await;
    let placed = place(&mut shop.counter(), request.clone()).await;
    assert_eq!(reason(placed), "PERMISSION_DENIED");
    let placed = place(&mut shop.customer(), request.clone()).await;
    assert_eq!(reason(placed), "PERMISSION_DENIED");
    let mut elsewhere = tester(&shop);
    elsewhere.scope.branches = [chassis::id::BranchId::new(shop.service.clock())].into();
    let placed = place(&mut shop.client(&elsewhere), request).await;
    assert_eq!(reason(placed), "OUT_OF_SCOPE");
    assert_eq!(shop.count("orders").await, 0);
}

/// Places the same order under `count` keys at once; returns what was refused.
async fn place_at_once(
    shop: &Shop,
    template: &PlaceOrderRequest,
    name: &str,
    count: usize,
) -> Vec<Problem> {
    let attempts = (0..count).map(|n| {
        let mut client = shop.client(&tester(shop));
        let request = PlaceOrderRequest {
            idempotency_key: format!("{name}{n}"),
            ..template.clone()
        };
        async move { place(&mut client, request).await }
    });
    let answers = futures::future::join_all(attempts).await;
    let refused = answers.into_iter().filter_map(Result::err);
    refused
        .map(|status| Problem::from_status(&status))
        .collect()
}

#[tokio::test]
async fn a_branch_places_thirty_an_hour() {
    let shop = Shop::open().await;
    let template = shop.request("first0", 1).await;
    assert!(
        place_at_once(&shop, &template, "first", 20)
            .await
            .is_empty()
    );
    shop.advance(600);
    let refused = place_at_once(&shop, &template, "then", 13).await;
    assert_eq!(refused.len(), 3);
    for problem in refused {
        assert_eq!(problem.reason, "RATE_LIMITED");
        assert_eq!(problem.params["max"], "30");
        assert_eq!(problem.params["retry_after_secs"], "3000");
    }
    assert_eq!(shop.count("orders").await, 30);

    // What was placed is repeated, and customers order all the same.
    let mut client = shop.client(&tester(&shop));
    let again = place(&mut client, template.clone()).await.unwrap();
    assert!(again.replayed);
    shop.placed("customer").await;

    shop.advance(3_000);
    assert!(
        place_at_once(&shop, &template, "later", 20)
            .await
            .is_empty()
    );
    assert_eq!(place_at_once(&shop, &template, "last", 1).await.len(), 1);
}

async fn checklist(shop: &Shop, order: &Order) -> Vec<(TestStep, TestStepOutcome, Option<i64>)> {
    let order_id = order.order_id.clone();
    let request = GetOrderRequest { order_id };
    let answer = shop.counter().get_order(request).await.unwrap();
    let steps = answer.into_inner().test_steps.into_iter();
    let seconds = |at: &prost_types::Timestamp| at.seconds;
    steps
        .map(|step| {
            let reached_at = step.reached_at.as_ref().map(seconds);
            (step.step(), step.outcome(), reached_at)
        })
        .collect()
}

#[tokio::test]
async fn staff_sees_which_steps_it_has_shown_and_which_not_yet() {
    use TestStepOutcome::{Missed, Reached, Waiting};
    let shop = Shop::open().await;
    let start = shop.service.clock().now().timestamp();
    let order = placed(&shop, "k1").await;
    shop.advance(60);
    let mut manager = shop.manager();
    let accepted = transitioned(&mut manager, to(&order, OrderState::Accepted)).await;
    let accepted = accepted.unwrap();
    let made = transitioned(&mut manager, to(&accepted, OrderState::Preparing)).await;
    let undo = UndoTransitionRequest {
        order_id: order.order_id.clone(),
        version: made.unwrap().version,
    };
    let undone = manager.undo_transition(undo).await.unwrap().into_inner();
    assert_eq!(
        checklist(&shop, &order).await,
        [
            (TestStep::Placed, Reached, Some(start)),
            (TestStep::Accepted, Reached, Some(start + 60)),
            (TestStep::Preparing, Waiting, None),
            (TestStep::Ready, Waiting, None),
            (TestStep::Paid, Waiting, None),
            (TestStep::Completed, Waiting, None),
        ]
    );

    shop.advance(60);
    let done = TransitionOrderRequest {
        cash_received: true,
        ..to(&undone.order.unwrap(), OrderState::Completed)
    };
    transitioned(&mut manager, done).await.unwrap();
    assert_eq!(
        checklist(&shop, &order).await,
        [
            (TestStep::Placed, Reached, Some(start)),
            (TestStep::Accepted, Reached, Some(start + 60)),
            (TestStep::Preparing, Reached, Some(start + 120)),
            (TestStep::Ready, Missed, None),
            (TestStep::Paid, Reached, Some(start + 120)),
            (TestStep::Completed, Reached, Some(start + 120)),
        ]
    );
}

#[tokio::test]
async fn a_cancelled_test_misses_its_steps_and_a_customers_order_has_none() {
    let shop = Shop::open().await;
    let test = placed(&shop, "k1").await;
    transitioned(&mut shop.counter(), cancel(&test))
        .await
        .unwrap();
    let outcomes: Vec<_> = checklist(&shop, &test).await;
    let outcomes: Vec<_> = outcomes
        .into_iter()
        .map(|(_, outcome, _)| outcome)
        .collect();
    let mut expected = vec![TestStepOutcome::Missed; 6];
    expected[0] = TestStepOutcome::Reached;
    assert_eq!(outcomes, expected);

    let (order, _) = shop.placed("k2").await;
    assert_eq!(checklist(&shop, &order).await, []);
}

#[tokio::test]
async fn it_goes_the_whole_way_and_is_deleted_after_thirty_days() {
    let shop = Shop::open().await;
    let test = placed(&shop, "k1").await;
    let (order, _) = shop.placed("k2").await;
    let done = TransitionOrderRequest {
        cash_received: true,
        ..to(&test, OrderState::Completed)
    };
    transitioned(&mut shop.manager(), done).await.unwrap();

    let context = shop.service.context();
    let purge = ordering::jobs::purge_test_orders(context.db.clone(), context.clock.clone());
    shop.service.clock().advance(TimeDelta::days(29));
    purge.run_once().await.unwrap();
    assert_eq!(shop.count("orders").await, 2);
    shop.service.clock().advance(TimeDelta::days(2));
    purge.run_once().await.unwrap();
    assert_eq!(shop.count("orders").await, 1);
    assert_eq!(shop.count("order_lines").await, 1);
    assert_eq!(shop.count("order_events").await, 1);
    assert_eq!(listed(&shop, "", true).await, [order.pickup_number]);
}
