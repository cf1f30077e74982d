//! Printers that poll.

use axum::body::Bytes;
use serde_json::json;

use super::*;

async fn epson() -> (Bench, Platform) {
    let (bench, platform) = (Bench::new().await, Platform::open().await);
    let device =
        json!({ "kind": "epson", "url": platform.url, "interval_seconds": 0, "id": "kitchen" });
    put(&bench, "kitchen", device).await;
    (bench, platform)
}

#[tokio::test]
async fn a_star_printer_polls_fetches_prints_and_confirms() {
    let (bench, platform) = star().await;
    poll(&bench, "kitchen").await;
    assert_eq!(platform.calls(), ["settings", "poll 200%20OK"]);
    platform.offer("t1", &picture());
    poll(&bench, "kitchen").await;
    let calls = platform.calls();
    assert_eq!(calls[..2], ["poll 200%20OK", "fetch"]);
    assert_eq!(
        calls[2],
        "confirm mac=00%3A11%3A62%3A1d%3A9a%3Ab7&token=t1&code=200+OK"
    );
    let slips = slips(&bench).await;
    assert_eq!(slips.len(), 1);
    assert_eq!(
        (&slips[0]["job"], &slips[0]["cut"]),
        (&json!("t1"), &json!(true))
    );
    // The page has the very picture.
    let url = bench.url(NAME, &format!("/slips/{}.png", slips[0]["number"]));
    let png = bench
        .http
        .get(url)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(Canvas::from_png(&png).unwrap(), picture());
    assert!(bench.violations().await.is_empty());
}

#[tokio::test]
async fn a_star_printer_answers_questions_before_it_prints() {
    let (bench, platform) = star().await;
    platform.inner.lock().questions = Some(json!([
        { "request": "GetPollInterval", "options": "" },
        { "request": "PageInfo", "options": "" },
    ]));
    platform.offer("t1", &picture());
    poll(&bench, "kitchen").await;
    let calls = platform.calls();
    assert!(
        calls[3].contains("\"horizontalResolution\":\"8\""),
        "{calls:?}"
    );
    assert_eq!(calls[4], "fetch");
}

#[tokio::test]
async fn a_star_printer_without_paper_polls_and_fetches_nothing() {
    let (bench, platform) = star().await;
    patch(&bench, "kitchen", json!({ "paper": "out" })).await;
    platform.offer("t1", &picture());
    poll(&bench, "kitchen").await;
    assert_eq!(
        platform.calls(),
        ["settings", "poll 410%20Out%20of%20paper"]
    );
    patch(
        &bench,
        "kitchen",
        json!({ "paper": "low", "cover_open": true }),
    )
    .await;
    poll(&bench, "kitchen").await;
    assert_eq!(platform.calls(), ["poll 420%20Cover%20open"]);
    patch(&bench, "kitchen", json!({ "cover_open": false })).await;
    poll(&bench, "kitchen").await;
    assert_eq!(platform.calls()[..2], ["poll 211%20Paper%20low", "fetch"]);
    patch(&bench, "kitchen", json!({ "power": false })).await;
    poll(&bench, "kitchen").await;
    assert!(platform.calls().is_empty());
}

#[tokio::test]
async fn the_faults_of_a_star_printer_are_those_of_the_sheet() {
    let (bench, platform) = star().await;
    // Paper ends in the middle: half a slip, no confirmation, and the job is fetched again.
    arm(&bench, "paper_out", json!({})).await;
    platform.offer("t1", &picture());
    poll(&bench, "kitchen").await;
    assert_eq!(
        platform.calls()[1..],
        ["poll 200%20OK", "fetch", "poll 410%20Out%20of%20paper"]
    );
    assert_eq!(slips(&bench).await[0]["partial"], true);
    patch(&bench, "kitchen", json!({ "paper": "ok" })).await;
    poll(&bench, "kitchen").await;
    assert_eq!(slips(&bench).await.len(), 2);
    platform.calls();

    arm(&bench, "double_get", json!({})).await;
    arm(&bench, "confirms_twice", json!({})).await;
    platform.offer("t2", &picture());
    poll(&bench, "kitchen").await;
    let calls = platform.calls();
    assert_eq!(calls[1..3], ["fetch", "fetch"]);
    assert!(calls[4].contains("retry=1"), "{calls:?}");
    assert_eq!(slips(&bench).await.len(), 3);

    arm(&bench, "late_confirm", json!({ "seconds": 150 })).await;
    platform.offer("t3", &picture());
    poll(&bench, "kitchen").await;
    assert_eq!(platform.calls(), ["poll 200%20OK", "fetch"]);
    platform.inner.lock().token = None;
    act(&bench, json!({ "action": "fetch", "reference": "kitchen" })).await;
    assert_eq!(platform.calls(), ["fetch"]);
    bench.advance(150).await;
    poll(&bench, "kitchen").await;
    assert!(platform.calls()[0].contains("token=t3&code=200"));

    arm(&bench, "job_error", json!({ "code": 511 })).await;
    platform.offer("t4", &picture());
    poll(&bench, "kitchen").await;
    let calls = platform.calls();
    assert_eq!(calls[2], "poll 511%20Error");
    assert!(calls[3].contains("code=511"));

    arm(&bench, "never_confirms", json!({})).await;
    poll(&bench, "kitchen").await;
    assert_eq!(platform.calls(), ["poll 200%20OK", "fetch"]);
    arm(&bench, "silent", json!({ "seconds": 200 })).await;
    poll(&bench, "kitchen").await;
    bench.advance(199).await;
    poll(&bench, "kitchen").await;
    assert!(platform.calls().is_empty());
    bench.advance(1).await;
    arm(&bench, "dies", json!({})).await;
    poll(&bench, "kitchen").await;
    poll(&bench, "kitchen").await;
    assert_eq!(platform.calls(), ["poll 200%20OK", "fetch"]);
    assert_eq!(slips(&bench).await.len(), 5);
}

#[tokio::test]
async fn a_picture_that_does_not_fit_is_no_print() {
    let (bench, platform) = star().await;
    patch(&bench, "kitchen", json!({ "width": 200 })).await;
    platform.offer("t1", &picture());
    poll(&bench, "kitchen").await;
    assert!(platform.calls()[3].contains("code=511"));
    platform.inner.lock().picture = Bytes::from_static(b"no picture");
    poll(&bench, "kitchen").await;
    assert!(platform.calls()[2].contains("code=511"));
    assert_eq!(bench.violations().await, ["picture", "picture"]);
    assert!(slips(&bench).await.is_empty());
}

#[tokio::test]
async fn a_printer_polls_by_itself_as_the_clock_goes() {
    let (bench, platform) = star().await;
    platform.offer("t1", &picture());
    patch(&bench, "kitchen", json!({ "interval_seconds": 5 })).await;
    come_out(&bench, 1).await;
    platform.offer("t2", &picture());
    bench.advance(5).await;
    come_out(&bench, 2).await;
}

#[tokio::test]
async fn an_epson_printer_asks_prints_and_says_so() {
    let (bench, platform) = epson().await;
    poll(&bench, "kitchen").await;
    assert_eq!(platform.calls(), ["ask"]);
    platform.offer("t1", &picture());
    poll(&bench, "kitchen").await;
    let calls = platform.calls();
    assert!(
        calls[1].contains("<printjobid>t1</printjobid>"),
        "{calls:?}"
    );
    assert!(calls[1].contains("success=\"true\" code=\"\" status=\"251658262\""));
    let slips = slips(&bench).await;
    assert_eq!(
        (&slips[0]["width"], &slips[0]["height"]),
        (&json!(16), &json!(2))
    );
    assert!(bench.violations().await.is_empty());
}

#[tokio::test]
async fn the_faults_of_an_epson_printer_are_those_of_the_sheet() {
    let (bench, platform) = epson().await;
    platform.offer("t1", &picture());
    patch(
        &bench,
        "kitchen",
        json!({ "paper": "out", "status_url": platform.url }),
    )
    .await;
    poll(&bench, "kitchen").await;
    let calls = platform.calls();
    assert!(calls[0].contains("asbstatus=\"0x000A0008\""), "{calls:?}");
    assert!(calls[2].contains("success=\"false\" code=\"EPTR_REC_EMPTY\" status=\"655368\""));
    patch(
        &bench,
        "kitchen",
        json!({ "paper": "ok", "status_url": "" }),
    )
    .await;

    arm(&bench, "late_confirm", json!({ "seconds": 205 })).await;
    arm(&bench, "silent", json!({ "seconds": 0 })).await;
    poll(&bench, "kitchen").await;
    assert_eq!(platform.calls(), ["ask"]);
    platform.inner.lock().token = None;
    poll(&bench, "kitchen").await;
    assert_eq!(platform.calls(), ["ask"]);
    bench.advance(205).await;
    poll(&bench, "kitchen").await;
    assert!(platform.calls()[0].contains("success=\"true\""));
    assert_eq!(slips(&bench).await.len(), 1);

    platform.offer("t2", &picture());
    arm(&bench, "job_error", json!({ "code": "SchemaError" })).await;
    poll(&bench, "kitchen").await;
    assert!(platform.calls()[1].contains("code=\"SchemaError\""));
    arm(&bench, "confirms_twice", json!({})).await;
    poll(&bench, "kitchen").await;
    let calls = platform.calls();
    assert_eq!(calls[1], calls[2]);
    assert_eq!(slips(&bench).await.len(), 2);
}
