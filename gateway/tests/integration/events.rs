//! Live screens receive every event.

use crate::common::{Edge, SHOP, refused};
use chassis::{authn::Level, id::OrderId};
use gateway::sse::Topic;
use proto::{
    ordering::v1 as ordering,
    staff::v1::{self as staff, StaffReason},
};
use reqwest::{Method, Response};

/// Reads until the text contains what is waited for, and gives all that was read.
async fn read_until(stream: &mut Response, wanted: &str) -> String {
    let mut text = String::new();
    while !text.contains(wanted) {
        let part = tokio::time::timeout(std::time::Duration::from_secs(30), stream.chunk()).await;
        let part = part
            .unwrap_or_else(|_| panic!("no {wanted} in {text}"))
            .unwrap();
        let part = part.unwrap_or_else(|| panic!("ended without {wanted} in {text}"));
        text.push_str(std::str::from_utf8(&part).unwrap());
    }
    text
}

fn last_id(text: &str) -> String {
    text.lines()
        .filter_map(|line| line.strip_prefix("id: "))
        .next_back()
        .unwrap()
        .to_owned()
}

async fn watch(edge: &Edge, last: Option<&str>) -> Response {
    let path = format!("/api/admin/branches/{}/events", edge.branch_id);
    let mut request = edge.as_staff(Method::GET, &path);
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    request.send().await.unwrap()
}

fn publish(edge: &Edge, order: &str) {
    let topic = Topic::Order(order.to_owned());
    edge.gateway()
        .hub()
        .publish(&edge.branch_id, topic, "order", &order);
}

#[tokio::test]
async fn a_screen_that_comes_back_misses_nothing() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.orders", Level::View)]);
    let mut stream = watch(&edge, None).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    read_until(&mut stream, "id: ").await;
    publish(&edge, "one");
    let seen = last_id(&read_until(&mut stream, "data: \"one\"\n\n").await);
    drop(stream);
    publish(&edge, "two");
    let mut stream = watch(&edge, Some(&seen)).await;
    let text = read_until(&mut stream, "data: \"two\"\n\n").await;
    assert!(!text.contains("one") && !text.contains("reload"), "{text}");
}

#[tokio::test]
async fn a_screen_that_was_away_too_long_reloads() {
    let edge = Edge::open_with(|config| config.replay_events = 1).await;
    edge.sign_in(&[("ops.orders", Level::View)]);
    let mut stream = watch(&edge, None).await;
    let seen = last_id(&read_until(&mut stream, "id: ").await);
    drop(stream);
    for order in ["one", "two", "three"] {
        publish(&edge, order);
    }
    read_until(&mut watch(&edge, Some(&seen)).await, "event: reload").await;
    read_until(
        &mut watch(&edge, Some("elsewhere-7")).await,
        "event: reload",
    )
    .await;
}

#[tokio::test]
async fn an_event_of_a_service_reaches_the_screens_it_concerns() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.orders", Level::View)]);
    let order_id = OrderId::new(&edge.clock).to_string();
    edge.fake
        .on("ordering.v1.OrderingService/GetOrderByToken", {
            let (order_id, branch_id) = (order_id.clone(), edge.branch_id.clone());
            move |_: ordering::GetOrderByTokenRequest| {
                let order = ordering::Order {
                    order_id: order_id.clone(),
                    branch_id: branch_id.clone(),
                    ..Default::default()
                };
                Ok(ordering::GetOrderByTokenResponse {
                    order: Some(order),
                    may_cancel: true,
                })
            }
        });
    let change = ordering::OrderChange {
        order_id: order_id.clone(),
        branch_id: edge.branch_id.clone(),
        version: 2,
        from: ordering::OrderState::Placed as i32,
        to: ordering::OrderState::Accepted as i32,
        ..Default::default()
    };
    let moved = ordering::OrderChanged {
        change: Some(change.clone()),
        order: None,
    };
    let accepted = format!(
        "event: order\ndata: {{\"order_id\":\"{order_id}\",\"state\":\"accepted\",\"version\":2}}\n\n"
    );

    let mut board = watch(&edge, None).await;
    let mut mine = edge.get(&format!("{SHOP}/orders/secret/events")).await;
    let mut menu = edge.get(&format!("{SHOP}/events")).await;
    for stream in [&mut board, &mut mine, &mut menu] {
        read_until(stream, "id: ").await;
    }
    edge.send("ordering.order.accepted.v1", &moved).await;
    read_until(&mut board, &accepted).await;
    read_until(&mut mine, &accepted).await;
    let paying = ordering::OrderPaymentChanged {
        change: Some(change.clone()),
        ..Default::default()
    };
    edge.send("ordering.payment.changed.v1", &paying).await;
    read_until(&mut mine, &accepted).await;
    let rescheduled = ordering::ScheduleChanged {
        change: Some(ordering::OrderChange {
            version: 3,
            from: ordering::OrderState::Accepted as i32,
            reason: "冰櫃故障".to_owned(),
            ..change
        }),
        promised_before: None,
    };
    edge.send("ordering.schedule.changed.v1", &rescheduled)
        .await;
    let moved = accepted.replace("\"version\":2", "\"version\":3");
    read_until(&mut board, &moved).await;
    read_until(&mut mine, &moved).await;
    edge.gateway()
        .hub()
        .publish(&edge.branch_id, Topic::Branch, "menu", &1);
    let text = read_until(&mut menu, "event: menu").await;
    assert!(
        !text.contains("event: order"),
        "a shop's visitors see no orders: {text}"
    );
}

#[tokio::test]
async fn the_end_of_a_session_ends_its_screens() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.orders", Level::View)]);
    let mut stream = watch(&edge, None).await;
    read_until(&mut stream, "id: ").await;
    let ended = staff::SessionsEnded {
        account_id: String::new(),
        session_ids: vec!["session-1".to_owned()],
    };
    edge.send("staff.sessions.ended.v1", &ended).await;
    while let Some(part) = stream.chunk().await.unwrap() {
        assert!(
            !part.starts_with(b"event: reload"),
            "an ended session has nothing to reload"
        );
    }
    edge.fake.on(
        "staff.v1.StaffService/ExchangeSession",
        |_: staff::ExchangeSessionRequest| {
            Err::<staff::ExchangeSessionResponse, _>(crate::common::problem(
                StaffReason::SessionExpired,
            ))
        },
    );
    refused(watch(&edge, None).await, 401, "SESSION_EXPIRED").await;
}

#[tokio::test]
async fn only_who_may_see_a_branch_watches_it() {
    let edge = Edge::open().await;
    edge.sign_in(&[]);
    let denied = refused(watch(&edge, None).await, 403, "PERMISSION_DENIED").await;
    assert_eq!(denied["params"]["permission"], "ops.orders");

    let edge = Edge::open().await;
    edge.sign_in(&[("ops.orders", Level::View)]);
    let elsewhere = format!("/api/admin/branches/{}/events", edge.brand_id);
    let answer = edge.as_staff(Method::GET, &elsewhere).send().await.unwrap();
    refused(answer, 404, "NOT_FOUND").await;

    edge.sign_in(&[("ops.stock", Level::View)]);
    edge.gateway().identities().forget_all();
    let mut stream = watch(&edge, None).await;
    read_until(&mut stream, "id: ").await;
    publish(&edge, "one");
    edge.gateway()
        .hub()
        .publish(&edge.branch_id, Topic::Branch, "availability", &"sku");
    let text = read_until(&mut stream, "event: availability").await;
    assert!(!text.contains("event: order"), "{text}");
}

#[tokio::test]
async fn a_quiet_stream_is_kept_open() {
    let beat = chassis::config::ConfigDuration::from_millis(20);
    let edge = Edge::open_with(|config| config.heartbeat = beat).await;
    let mut stream = edge.get(&format!("{SHOP}/events")).await;
    read_until(&mut stream, ":\n\n:\n\n").await;
}

#[tokio::test]
async fn open_screens_reload_when_the_gateway_ends_and_do_not_hold_it() {
    let edge = Edge::open().await;
    let mut stream = edge.get(&format!("{SHOP}/events")).await;
    read_until(&mut stream, "id: ").await;
    let (orderly, _) = tokio::join!(edge.stop(), read_until(&mut stream, "event: reload"));
    assert!(orderly);
}
