use reqwest::Method;
use serde_json::{Value, json};

use super::NAME;
use crate::{printing::cloud::signature, testing::Bench};

const SERIAL: &str = "316500010";
const USER: &str = "dev@sandbox.test";
const TIME: &str = "1768449600";

async fn unit(bench: &Bench, change: Value) {
    let path = format!("/feie/units/{SERIAL}");
    let (status, answer) = bench.control(Method::PUT, &path, change).await;
    assert_eq!(status, 200, "{answer}");
}

async fn call(bench: &Bench, name: &str, fields: &[(&str, &str)]) -> Value {
    let sig = signature(USER, "sandboxFeieUkey1", TIME);
    let mut form = vec![
        ("user", USER),
        ("stime", TIME),
        ("sig", &sig),
        ("apiname", name),
    ];
    form.extend(fields);
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let request = bench
        .http
        .post(bench.url(NAME, "/Api/Open/"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    request.send().await.unwrap().json().await.unwrap()
}

async fn added() -> Bench {
    let bench = Bench::new().await;
    unit(&bench, json!({ "key": "abcdefgh" })).await;
    let wrong = [("printerContent", "316500010#wrong#櫃檯")];
    let answer = call(&bench, "Open_printerAddlist", &wrong).await;
    assert!(
        answer["data"]["no"][0]
            .as_str()
            .unwrap()
            .contains("识别码不正确")
    );
    let right = [("printerContent", "316500010#abcdefgh#櫃檯")];
    let answer = call(&bench, "Open_printerAddlist", &right).await;
    assert_eq!(
        answer["data"]["ok"].as_array().unwrap().len(),
        1,
        "{answer}"
    );
    bench
}

/// Until 2026-01-15 12:10 in Taipei.
const SOON: (&str, &str) = ("expired", "1768450200");

#[tokio::test]
async fn a_job_waits_for_a_unit_that_is_off_until_its_end() {
    let bench = added().await;
    unit(&bench, json!({ "online": false })).await;
    let print = [
        ("sn", SERIAL),
        ("content", "<C>001</C><BR>"),
        ("times", "1"),
        SOON,
    ];
    let first = call(&bench, "Open_printMsg", &print).await;
    assert_eq!(first["ret"], 0, "{first}");
    let status = call(&bench, "Open_queryPrinterStatus", &[("sn", SERIAL)]).await;
    assert_eq!(status["data"], "离线");
    bench.advance(300).await;
    unit(&bench, json!({ "online": true })).await;
    bench.settle().await;
    let order = first["data"].as_str().unwrap();
    let state = call(&bench, "Open_queryOrderState", &[("orderid", order)]).await;
    assert_eq!(state["data"], true);

    unit(&bench, json!({ "online": false })).await;
    let second = call(&bench, "Open_printMsg", &print).await;
    bench.advance(600).await;
    unit(&bench, json!({ "online": true })).await;
    bench.settle().await;
    let order = second["data"].as_str().unwrap();
    let state = call(&bench, "Open_queryOrderState", &[("orderid", order)]).await;
    assert_eq!(state["data"], false);
    assert_eq!(
        bench.get("/printers/slips").await.as_array().unwrap().len(),
        1
    );
    let orders = bench.get("/feie/orders").await;
    assert_eq!(
        (&orders[0]["state"], &orders[1]["state"]),
        (&json!("printed"), &json!("expired"))
    );
    assert!(bench.violations().await.is_empty());
}

#[tokio::test]
async fn what_is_wrong_is_refused_as_the_vendor_does() {
    let bench = added().await;
    let print = |field: (&'static str, &'static str)| {
        let usual = [("sn", SERIAL), ("content", "x"), ("times", "1"), SOON];
        let changed = usual.map(|(name, value)| {
            if name == field.0 {
                field
            } else {
                (name, value)
            }
        });
        changed.to_vec()
    };
    for (field, code) in [
        (("times", "11"), 1001),
        (("times", "0"), 1001),
        (("content", ""), 1001),
        (("expired", "1768449600"), 1001),
        (("expired", "1769999999"), 1001),
        (("sn", "316500011"), 1001),
        (("sn", SERIAL), 0),
    ] {
        let answer = call(&bench, "Open_printMsg", &print(field)).await;
        assert_eq!(answer["ret"], code, "{field:?} {answer}");
    }
    let order = call(&bench, "Open_queryOrderState", &[("orderid", "x")]).await;
    assert_eq!(order["ret"], 1005);
    let forged = call(
        &bench,
        "Open_queryPrinterStatus",
        &[("sn", SERIAL), ("sig", "0")],
    )
    .await;
    assert_eq!(forged["ret"], 1001);
    let gone = call(&bench, "Open_printerDelList", &[("snlist", SERIAL)]).await;
    assert_eq!(gone["data"]["ok"], json!(["316500010成功"]));
    let status = call(&bench, "Open_queryPrinterStatus", &[("sn", SERIAL)]).await;
    assert_eq!(status["ret"], 1001);
}
