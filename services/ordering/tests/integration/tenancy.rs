//! Another organisation's orders are not there; another branch's are out of scope.

use crate::common::{
    Client, Shop,
    decisions::{Batch, cancelled},
    reason, to,
};
use chassis::{
    authn::{Level, Scope},
    id::OrganisationId,
};
use proto::ordering::v1::{
    CancelByTokenRequest, FindOrderStatesRequest, FindSlotsRequest, GetOrderByTokenRequest,
    GetOrderRequest, ListOrdersRequest, Order, OrderState, QuoteRequest, RescheduleOrderRequest,
    UndoTransitionRequest,
};
use testkit::{eventually, identities};

fn owner(shop: &Shop, org: OrganisationId) -> Client {
    let mut owner = identities::owner(org);
    owner
        .actions
        .extend(["order.cancel_late".to_owned(), "order.reopen".to_owned()]);
    shop.client(&owner)
}

/// Every RPC of staff on one order, and its answer's reason.
async fn staff_reasons(client: &mut Client, order: &Order) -> Vec<String> {
    let order_id = order.order_id.clone();
    let undo = UndoTransitionRequest {
        order_id: order_id.clone(),
        version: 1,
    };
    let slots = FindSlotsRequest {
        order_id: order_id.clone(),
        ..Default::default()
    };
    let reschedule_order = RescheduleOrderRequest {
        order_id: order_id.clone(),
        version: order.version,
        wanted_at: order.promised_at,
        reason: "冰櫃故障".to_owned(),
    };
    let list = ListOrdersRequest {
        branch_id: order.branch_id.clone(),
        ..Default::default()
    };
    vec![
        reason(client.get_order(GetOrderRequest { order_id }).await),
        reason(
            client
                .transition_order(to(order, OrderState::Accepted))
                .await,
        ),
        reason(client.undo_transition(undo).await),
        reason(client.list_orders(list).await),
        reason(client.find_slots(slots).await),
        reason(client.reschedule_order(reschedule_order).await),
    ]
}

#[tokio::test]
async fn another_organisation_finds_nothing_through_any_rpc() {
    let shop = Shop::open().await;
    let (order, token) = shop.placed("k").await;
    let stranger = testkit::organisation();

    let reasons = staff_reasons(&mut owner(&shop, stranger), &order).await;
    assert_eq!(reasons, ["NOT_FOUND"; 6]);

    let mut guest = shop.client(&identities::customer(stranger));
    let cart = Some(shop.cart(1));
    assert_eq!(
        reason(
            guest
                .quote(QuoteRequest {
                    cart,
                    ..Default::default()
                })
                .await
        ),
        "NOT_FOUND"
    );
    let slots = FindSlotsRequest {
        cart: Some(shop.cart(1)),
        ..Default::default()
    };
    assert_eq!(reason(guest.find_slots(slots).await), "NOT_FOUND");
    let request = shop.request("k", 2).await;
    assert_eq!(reason(guest.place_order(request).await), "NOT_FOUND");
    let get = GetOrderByTokenRequest {
        access_token: token.clone(),
    };
    assert_eq!(reason(guest.get_order_by_token(get).await), "NOT_FOUND");
    let cancel = CancelByTokenRequest {
        access_token: token,
    };
    assert_eq!(reason(guest.cancel_by_token(cancel).await), "NOT_FOUND");

    let mut service = shop.client(&identities::service("capacity", stranger));
    let ask = FindOrderStatesRequest {
        order_ids: vec![order.order_id.clone()],
    };
    assert!(
        service
            .find_order_states(ask)
            .await
            .unwrap()
            .into_inner()
            .orders
            .is_empty()
    );

    let request = GetOrderRequest {
        order_id: order.order_id,
    };
    let untouched = owner(&shop, shop.org)
        .get_order(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(untouched.order.unwrap().version, 1);
}

#[tokio::test]
async fn staff_of_another_branch_is_out_of_scope() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let elsewhere = chassis::id::BranchId::new(shop.service.clock());
    let scope = Scope {
        branches: [elsewhere].into(),
        ..Default::default()
    };
    let staff = identities::staff(shop.org, &[("ops.orders", Level::Manage)], scope);
    let reasons = staff_reasons(&mut shop.client(&staff), &order).await;
    assert_eq!(reasons, ["OUT_OF_SCOPE"; 6]);
}

#[tokio::test]
async fn viewers_are_offered_no_transition() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let scope = Scope::whole_organisation();
    let viewer = identities::staff(shop.org, &[("ops.orders", Level::View)], scope);
    let mut viewer = shop.client(&viewer);
    let request = GetOrderRequest {
        order_id: order.order_id.clone(),
    };
    let seen = viewer
        .get_order(request)
        .await
        .unwrap()
        .into_inner()
        .order
        .unwrap();
    assert!(seen.next_states.is_empty());
    let transition = viewer
        .transition_order(to(&order, OrderState::Accepted))
        .await;
    assert_eq!(reason(transition), "PERMISSION_DENIED");
}

#[tokio::test]
async fn rows_of_another_organisation_are_invisible_to_sql_too() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let batch = Batch::of(&shop, &[cancelled(&order)]);
    shop.decides(&batch).await;
    eventually(async || shop.count("order_decisions").await == 1).await;
    let db = shop.service.context().db.clone();
    let mut tx = db.tenant(testkit::organisation()).await.unwrap();
    for table in [
        "orders",
        "order_lines",
        "order_events",
        "order_counters",
        "decision_batches",
        "order_decisions",
    ] {
        let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let seen: i64 = sqlx::query_scalar(sql).fetch_one(&mut *tx).await.unwrap();
        assert_eq!(seen, 0, "{table}");
    }
}
