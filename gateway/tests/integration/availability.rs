//! Availability is sent in an encoding that the browser accepts.

use std::io::Read as _;

use crate::common::{Edge, SHOP, refused};
use proto::capacity::v1 as capacity;
use reqwest::Method;

/// Lets capacity answer so for the branch.
fn answers(
    edge: &Edge,
    availability: impl Fn(capacity::GetAvailabilityRequest) -> capacity::Availability
    + Send
    + Sync
    + 'static,
) {
    let branch_id = edge.branch_id.clone();
    edge.fake.on(
        "capacity.v1.AvailabilityService/GetAvailability",
        move |request| {
            let availability = capacity::Availability {
                branch_id: branch_id.clone(),
                ..availability(request)
            };
            Ok(capacity::GetAvailabilityResponse {
                availability: Some(availability),
            })
        },
    );
}

#[tokio::test]
async fn each_browser_gets_the_encoding_it_takes() {
    let edge = Edge::open().await;
    answers(&edge, |_| capacity::Availability {
        as_of: Some(prost_types::Timestamp::default()),
        state: capacity::OpenState::Open.into(),
        skus: (0..200)
            .map(|number| capacity::SkuAvailability {
                sku_id: format!("sku-{number}"),
                available: number,
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    });
    let mut plain = Vec::new();
    for encoding in ["identity", "gzip", "br"] {
        let request = edge.request(Method::GET, &format!("{SHOP}/availability"));
        let response = request
            .header("accept-encoding", encoding)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        let encoded = response.headers().get("content-encoding").cloned();
        let body = response.bytes().await.unwrap();
        let mut read = Vec::new();
        match encoding {
            "gzip" => {
                let mut decoder = flate2::read::GzDecoder::new(&*body);
                decoder.read_to_end(&mut read).unwrap();
            }
            "br" => brotli::BrotliDecompress(&mut &*body, &mut read).unwrap(),
            _ => plain = body.to_vec(),
        }
        if encoding == "identity" {
            assert_eq!(encoded, None);
        } else {
            assert_eq!(encoded.unwrap(), encoding);
            assert_eq!(read, plain, "{encoding}");
            assert!(body.len() * 3 < plain.len(), "{} bytes", body.len());
        }
    }
}

#[tokio::test]
async fn the_day_whose_stock_is_told_is_the_one_asked_for() {
    let edge = Edge::open().await;
    answers(&edge, |request| capacity::Availability {
        as_of: Some(prost_types::Timestamp::default()),
        state: capacity::OpenState::Open.into(),
        stock_day: match request.business_day.as_str() {
            "" => "2026-09-02".to_owned(),
            day => day.to_owned(),
        },
        ..Default::default()
    });
    for (query, day) in [
        ("", "2026-09-02"),
        ("?day=2026-09-05", "2026-09-05"),
        ("?day=2026-09-04", "2026-09-04"),
    ] {
        let response = edge.get(&format!("{SHOP}/availability{query}")).await;
        let body: serde_json::Value = response.json().await.unwrap();
        assert_eq!(body["stock_day"], day);
    }
    let bad = edge.get(&format!("{SHOP}/availability?day=tomorrow")).await;
    let problem = refused(bad, 400, "VALIDATION_FAILED").await;
    assert_eq!(problem["fields"][0]["field"], "day");
}

#[tokio::test]
async fn who_hears_of_a_change_is_not_told_what_was_so_before() {
    let edge = Edge::open().await;
    answers(&edge, |request| capacity::Availability {
        as_of: request.not_before,
        state: capacity::OpenState::Open.into(),
        ..Default::default()
    });
    let known_since = async || {
        let response = edge.get(&format!("{SHOP}/availability")).await;
        let body: serde_json::Value = response.json().await.unwrap();
        body["as_of"].as_str().unwrap().to_owned()
    };
    assert_eq!(known_since().await, "2026-09-02T04:00:00Z");
    edge.clock.advance(chrono::TimeDelta::seconds(7));
    let changed = capacity::AvailabilityChanged {
        branch_id: edge.branch_id.clone(),
        ..Default::default()
    };
    edge.send("capacity.availability.changed.v1", &changed)
        .await;
    testkit::eventually(async || known_since().await == "2026-09-02T04:00:07Z").await;
}
