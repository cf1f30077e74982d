//! A brand's page: one question to capacity for all its branches, and changes that are pushed to open pages.

use std::sync::{
    Arc,
    atomic::{AtomicI32, Ordering},
};

use crate::common::{Edge, fake::Fake, problem, refused};
use chassis::error::CommonReason;
use proto::{capacity::v1 as capacity, catalog::v1 as catalog};
use reqwest::Response;
use serde_json::Value;

const LIST: &str = "capacity.v1.AvailabilityService/ListOpenStatuses";
const PAGE: &str = "/api/shop/tea";
const EVENTS: &str = "/api/shop/tea/events";

/// A brand unknown to the gateway when a test begins.
const OTHER: &str = "/api/shop/other";

async fn page(edge: &Edge, path: &str) -> Value {
    let answer = edge.get(path).await;
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

fn branch(brand_id: &str, number: usize) -> catalog::Branch {
    catalog::Branch {
        branch_id: format!("branch-{number:04}"),
        brand_id: brand_id.to_owned(),
        slug: format!("b{number}"),
        name: format!("第{number}店"),
        state: catalog::BranchState::Live.into(),
        time_zone: "Asia/Taipei".to_owned(),
        ..Default::default()
    }
}

/// Lets the other brand have so many branches.
fn has_branches(edge: &Edge, count: usize) {
    let (org, brand_id) = (edge.org.to_string(), edge.brand_id.clone());
    edge.fake.on(
        "catalog.v1.CatalogService/ResolveStorefront",
        move |_: catalog::ResolveStorefrontRequest| {
            Ok(catalog::ResolveStorefrontResponse {
                organisation_id: org.clone(),
                brand: Some(catalog::Brand {
                    brand_id: brand_id.clone(),
                    slug: "other".to_owned(),
                    ..Default::default()
                }),
                branches: (0..count).map(|number| branch(&brand_id, number)).collect(),
                ..Default::default()
            })
        },
    );
}

/// Lets capacity list the branches in pages of the size that is asked for.
fn lists(fake: &Fake, count: usize) {
    fake.on(LIST, move |request: capacity::ListOpenStatusesRequest| {
        let size = usize::try_from(request.page_size).unwrap();
        let from = request.page_token.parse().unwrap_or(0_usize);
        let to = count.min(from + size);
        let status = |number: usize| capacity::BranchOpenStatus {
            branch_id: format!("branch-{number:04}"),
            state: capacity::OpenState::Open.into(),
            promised_at: Some(prost_types::Timestamp::default()),
            ..Default::default()
        };
        Ok(capacity::ListOpenStatusesResponse {
            branches: (from..to).map(status).collect(),
            next_page_token: if to < count {
                to.to_string()
            } else {
                String::new()
            },
        })
    });
}

#[tokio::test]
async fn a_crowd_on_the_page_of_a_large_brand_asks_capacity_a_page_at_a_time_and_once() {
    let edge = Edge::open().await;
    has_branches(&edge, 2_000);
    lists(&edge.fake, 2_000);
    let crowd = (0..20).map(|_| page(&edge, OTHER));
    for document in futures::future::join_all(crowd).await {
        let branches = document["branches"].as_array().unwrap();
        assert_eq!(branches.len(), 2_000);
        assert!(branches.iter().all(|branch| branch["state"] == "open"));
        assert_eq!(branches[1_999]["promised_at"], "1970-01-01T00:00:00Z");
    }
    // Two pages make a list, and at most one more was made when the first was a second old.
    let calls = edge.fake.calls(LIST);
    assert!([2, 4].contains(&calls), "{calls} calls");
    let one = "capacity.v1.AvailabilityService/GetAvailability";
    assert_eq!(edge.fake.calls(one), 0);
}

#[tokio::test]
async fn a_branch_of_which_nothing_can_be_read_has_no_state() {
    let edge = Edge::open().await;
    has_branches(&edge, 2);
    lists(&edge.fake, 1);
    let branches = &page(&edge, OTHER).await["branches"];
    assert_eq!(branches[0]["state"], "open");
    assert_eq!(
        branches[1]["state"],
        Value::Null,
        "capacity does not know it"
    );

    let edge = Edge::open().await;
    edge.fake.on(LIST, |_: capacity::ListOpenStatusesRequest| {
        Err::<capacity::ListOpenStatusesResponse, _>(problem(CommonReason::TemporarilyUnavailable))
    });
    let document = page(&edge, PAGE).await;
    assert_eq!(document["brand"]["name"], "茶");
    assert_eq!(document["branches"][0]["state"], Value::Null);
    refused(edge.get("/api/shop/none").await, 404, "NOT_FOUND").await;
    refused(edge.get("/api/shop/none/events").await, 404, "NOT_FOUND").await;
}

/// Reads until the stream names branches.
async fn next_event(stream: &mut Response) -> String {
    let mut text = String::new();
    while !text.contains("event: branches") {
        let part = tokio::time::timeout(std::time::Duration::from_secs(30), stream.chunk()).await;
        let part = part.unwrap_or_else(|_| panic!("no event in {text}"));
        text.push_str(std::str::from_utf8(&part.unwrap().unwrap()).unwrap());
    }
    text
}

#[tokio::test]
async fn an_open_page_hears_of_changes_of_its_branches_and_then_reads_what_is_new() {
    let edge = Edge::open().await;
    let state = Arc::new(AtomicI32::new(capacity::OpenState::Open.into()));
    let (known, branch_id) = (state.clone(), edge.branch_id.clone());
    edge.fake
        .on(LIST, move |_: capacity::ListOpenStatusesRequest| {
            let status = capacity::BranchOpenStatus {
                branch_id: branch_id.clone(),
                state: known.load(Ordering::SeqCst),
                ..Default::default()
            };
            Ok(capacity::ListOpenStatusesResponse {
                branches: vec![status],
                ..Default::default()
            })
        });
    let mut stream = edge.get(EVENTS).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    assert_eq!(page(&edge, PAGE).await["branches"][0]["state"], "open");

    // What concerns a unit of the stock alone changes nothing of the page.
    let changed = |times_changed| capacity::AvailabilityChanged {
        branch_id: edge.branch_id.clone(),
        brand_id: edge.brand_id.clone(),
        times_changed,
        ..Default::default()
    };
    edge.send("capacity.availability.changed.v1", &changed(false))
        .await;

    for (known, word) in [
        (capacity::OpenState::Paused, "paused"),
        (capacity::OpenState::OutsideHours, "outside_hours"),
    ] {
        state.store(known.into(), Ordering::SeqCst);
        edge.send("capacity.availability.changed.v1", &changed(true))
            .await;
        next_event(&mut stream).await;
        assert_eq!(page(&edge, PAGE).await["branches"][0]["state"], word);
    }

    let moved = catalog::BranchChanged {
        branch: Some(catalog::Branch {
            brand_id: edge.brand_id.clone(),
            ..Default::default()
        }),
    };
    edge.send("catalog.branch.changed.v1", &moved).await;
    next_event(&mut stream).await;
}
