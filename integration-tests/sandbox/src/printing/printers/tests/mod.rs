//! The printers as the platform meets them.

mod platform;
mod polling;
mod ports;

use http::Method;
use serde_json::{Value, json};

use self::platform::Platform;
use super::NAME;
use crate::{printing::canvas::Canvas, testing::Bench};

fn picture() -> Canvas {
    let mut picture = Canvas::new(384);
    picture.paint(0, 0, 1, &[0xff, 0x81, 0x81, 0xff]);
    picture
}

async fn put(bench: &Bench, name: &str, device: Value) -> Value {
    let path = format!("/printers/devices/{name}");
    let (status, answer) = bench.control(Method::PUT, &path, device).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

async fn patch(bench: &Bench, name: &str, change: Value) {
    let path = format!("/printers/devices/{name}");
    let (status, answer) = bench.control(Method::PATCH, &path, change).await;
    assert_eq!(status, 200, "{answer}");
}

async fn act(bench: &Bench, action: Value) {
    bench.post("/printers/act", action).await;
}

async fn poll(bench: &Bench, name: &str) {
    act(bench, json!({ "action": "poll", "reference": name })).await;
}

async fn arm(bench: &Bench, fault: &str, value: Value) {
    bench
        .arm(json!({ "system": NAME, "fault": fault, "reference": "kitchen", "value": value }))
        .await;
}

async fn slips(bench: &Bench) -> Vec<Value> {
    let slips = bench.get("/printers/slips?printer=kitchen").await;
    slips.as_array().unwrap().clone()
}

/// Waits until so many slips have come out.
async fn come_out(bench: &Bench, count: usize) -> Vec<Value> {
    loop {
        let slips = slips(bench).await;
        if slips.len() >= count {
            return slips;
        }
        tokio::task::yield_now().await;
    }
}

async fn star() -> (Bench, Platform) {
    let (bench, platform) = (Bench::new().await, Platform::open().await);
    put(
        &bench,
        "kitchen",
        json!({ "kind": "star", "url": platform.url, "interval_seconds": 0 }),
    )
    .await;
    (bench, platform)
}

#[tokio::test]
async fn the_page_tells_of_new_slips_and_a_person_takes_the_paper_out() {
    let (bench, platform) = star().await;
    let page = bench.http.get(bench.url(NAME, "/")).send().await.unwrap();
    assert!(page.headers().contains_key("content-security-policy"));
    assert!(page.text().await.unwrap().contains("模擬出單機"));
    let mut events = bench
        .http
        .get(bench.url(NAME, "/events"))
        .send()
        .await
        .unwrap();
    assert_eq!(events.chunk().await.unwrap().unwrap(), "data: 0\n\n");
    platform.offer("t1", &picture());
    poll(&bench, "kitchen").await;
    assert_eq!(events.chunk().await.unwrap().unwrap(), "data: 1\n\n");

    let switch = bench.url(NAME, "/devices/kitchen/paper");
    let forged = bench.http.post(&switch).send().await.unwrap();
    assert_eq!(forged.status().as_u16(), 403);
    let taken = bench
        .http
        .post(&switch)
        .header("x-printers", "1")
        .send()
        .await
        .unwrap();
    assert_eq!(taken.status().as_u16(), 204);
    let devices = bench.get("/printers/devices").await;
    assert_eq!(devices["kitchen"]["paper"], "out");
    let gone = bench
        .control(Method::DELETE, "/printers/devices/kitchen", Value::Null)
        .await;
    assert_eq!(gone.0, 204);
    assert_eq!(bench.get("/printers/devices").await, json!({}));
}

#[tokio::test]
async fn a_printer_that_cannot_be_is_refused() {
    let bench = Bench::new().await;
    for device in [
        json!({}),
        json!({ "kind": "star", "url": "ftp://x" }),
        json!({ "kind": "other", "url": "http://x" }),
        json!({ "kind": "escpos", "width": 4 }),
        json!({ "kind": "escpos", "unknown": 1 }),
    ] {
        let (status, _) = bench
            .control(Method::PUT, "/printers/devices/x", device)
            .await;
        assert_eq!(status, 409);
    }
}
