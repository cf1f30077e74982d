use reqwest::Method;
use serde_json::{Value, json};

use super::NAME;
use crate::{printing::cloud::signature, testing::Bench};

const SERIAL: &str = "36NVNY3QNGC344B";
const USER: &str = "dev@sandbox.test";
const TIME: &str = "1768449600";

async fn unit(bench: &Bench, change: Value) {
    let path = format!("/xpyun/units/{SERIAL}");
    let (status, answer) = bench.control(Method::PUT, &path, change).await;
    assert_eq!(status, 200, "{answer}");
}

async fn call(bench: &Bench, method: &str, fields: Value) -> Value {
    let mut body = json!({
        "user": USER,
        "timestamp": TIME,
        "sign": signature(USER, "sandbox-xpyun-key", TIME),
        "debug": "0",
    });
    body.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    let url = bench.url(NAME, &format!("/api/openapi/xprinter/{method}"));
    let answer = bench.http.post(url).json(&body).send().await.unwrap();
    answer.json().await.unwrap()
}

fn print(key: &str) -> Value {
    json!({
        "sn": SERIAL, "content": "<CB>001</CB><BR>珍珠奶茶<BR>", "copies": 2, "voice": 2, "mode": 0,
        "idempotent": key,
    })
}

async fn added() -> Bench {
    let bench = Bench::new().await;
    unit(&bench, json!({})).await;
    let items = json!({ "items": [{ "sn": SERIAL, "name": "櫃檯" }] });
    let answer = call(&bench, "addPrinters", items).await;
    assert_eq!(answer["data"]["success"], json!([SERIAL]), "{answer}");
    bench
}

#[tokio::test]
async fn a_job_comes_out_a_second_later_and_once_for_a_key() {
    let bench = added().await;
    let order = call(&bench, "print", print("k1")).await;
    assert_eq!(order["code"], 0, "{order}");
    let state = json!({ "orderId": order["data"] });
    assert_eq!(
        call(&bench, "queryOrderState", state.clone()).await["data"],
        false
    );
    bench.advance(1).await;
    assert_eq!(call(&bench, "queryOrderState", state).await["data"], true);
    assert_eq!(call(&bench, "print", print("k1")).await["code"], 1013);

    let slips = bench.get("/printers/slips").await;
    assert_eq!(slips.as_array().unwrap().len(), 1);
    assert_eq!(
        (&slips[0]["printer"], &slips[0]["copies"]),
        (&json!(SERIAL), &json!(2))
    );
    assert_eq!(slips[0]["lines"][1]["text"], "珍珠奶茶");
    let day = json!({ "sn": SERIAL, "date": "2026-01-15" });
    let counts = call(&bench, "queryOrderStatis", day).await;
    assert_eq!(counts["data"], json!({ "printed": 1, "waiting": 0 }));
    assert!(bench.violations().await.is_empty());
}

#[tokio::test]
async fn a_unit_that_is_off_takes_nothing_and_one_without_paper_keeps_it() {
    let bench = added().await;
    unit(&bench, json!({ "online": false })).await;
    assert_eq!(call(&bench, "print", print("k1")).await["code"], 1003);
    let of = json!({ "sn": SERIAL });
    assert_eq!(
        call(&bench, "queryPrinterStatus", of.clone()).await["data"],
        0
    );

    unit(&bench, json!({ "online": true, "paper_out": true })).await;
    assert_eq!(
        call(&bench, "queryPrinterStatus", of.clone()).await["data"],
        2
    );
    for key in ["k2", "k3"] {
        assert_eq!(call(&bench, "print", print(key)).await["code"], 0);
    }
    bench.advance(60).await;
    assert_eq!(bench.get("/printers/slips").await, json!([]));
    // Clearing forgets all of them.
    assert_eq!(
        call(&bench, "delPrinterQueue", of.clone()).await["data"],
        true
    );
    assert_eq!(call(&bench, "print", print("k4")).await["code"], 0);
    bench.advance(60).await;
    unit(&bench, json!({ "paper_out": false })).await;
    bench.settle().await;
    assert_eq!(
        bench.get("/printers/slips").await.as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn what_is_not_signed_or_not_the_accounts_is_refused() {
    let bench = added().await;
    for (field, value, code) in [
        ("sign", json!("0"), -3),
        ("user", json!("nobody@sandbox.test"), -4),
        ("timestamp", json!("17684496001"), -2),
        ("timestamp", json!(1_768_449_600), -2),
    ] {
        let mut fields = print("k1");
        fields[field] = value;
        assert_eq!(call(&bench, "print", fields).await["code"], code, "{field}");
    }
    assert_eq!(bench.violations().await.len(), 4);
    let other = json!({
        "user": "other@sandbox.test",
        "sign": signature("other@sandbox.test", "sandbox-xpyun-key-2", TIME),
        "sn": SERIAL,
    });
    assert_eq!(
        call(&bench, "queryPrinterStatus", other.clone()).await["code"],
        1001
    );
    let mut theirs = other;
    theirs["items"] =
        json!([{ "sn": SERIAL, "name": "x" }, { "sn": "NOSUCHUNIT00000", "name": "x" }]);
    let failed = call(&bench, "addPrinters", theirs).await;
    assert_eq!(
        failed["data"]["failMsg"],
        json!([format!("{SERIAL}:1011"), "NOSUCHUNIT00000:1010"])
    );
    let gone = json!({ "snlist": [SERIAL] });
    assert_eq!(
        call(&bench, "delPrinters", gone.clone()).await["data"]["success"],
        json!([SERIAL])
    );
    let again = call(&bench, "delPrinters", gone).await;
    assert_eq!(again["data"]["failMsg"], json!([format!("{SERIAL}:1002")]));
    assert_eq!(call(&bench, "print", print("k1")).await["code"], 1002);
}

#[tokio::test]
async fn a_content_that_a_unit_would_misread_is_noticed() {
    let bench = added().await;
    let long = "x".repeat(12_289);
    for (content, rule) in [
        ("<b>bold</b>", "mark-up"),
        ("<QR>a</QR><QR>b</QR>", "content"),
        (long.as_str(), "content"),
    ] {
        let mut fields = print("");
        fields["content"] = json!(content);
        call(&bench, "print", fields).await;
        assert_eq!(bench.violations().await.last().unwrap(), rule);
        bench
            .control(Method::DELETE, "/violations", Value::Null)
            .await;
    }
    let mut squared = print("");
    squared["copies"] = json!(25);
    call(&bench, "print", squared).await;
    assert_eq!(bench.violations().await, ["copies"]);
}

#[tokio::test]
async fn a_lost_answer_leaves_a_job_that_comes_out() {
    let bench = added().await;
    bench
        .arm(json!({ "system": NAME, "fault": "reset", "call": "print", "commit": true }))
        .await;
    let url = bench.url(NAME, "/api/openapi/xprinter/print");
    let mut body = print("k1");
    body["user"] = json!(USER);
    body["timestamp"] = json!(TIME);
    body["sign"] = json!(signature(USER, "sandbox-xpyun-key", TIME));
    assert!(bench.http.post(url).json(&body).send().await.is_err());
    bench.advance(1).await;
    assert_eq!(
        bench.get("/printers/slips").await.as_array().unwrap().len(),
        1
    );
    bench
        .arm(json!({ "system": NAME, "fault": "unsaid" }))
        .await;
    let order = call(&bench, "print", print("k2")).await;
    bench.advance(1).await;
    let state = json!({ "orderId": order["data"] });
    assert_eq!(call(&bench, "queryOrderState", state).await["data"], false);
    assert_eq!(
        bench.get("/printers/slips").await.as_array().unwrap().len(),
        2
    );
    bench
        .arm(json!({ "system": NAME, "fault": "refuse", "value": { "code": 1004 } }))
        .await;
    assert_eq!(call(&bench, "print", print("k3")).await["code"], 1004);
}
