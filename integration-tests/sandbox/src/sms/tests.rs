use serde_json::{Value, json};

use super::NAME;
use crate::testing::Bench;

async fn send(bench: &Bench, token: &str, message: Value) -> u16 {
    let request = bench
        .http
        .post(bench.url(NAME, "/messages"))
        .header("authorization", format!("Bearer {token}"))
        .body(message.to_string());
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_text_is_shown_once_however_often_it_is_sent() {
    let bench = Bench::new().await;
    let message = |text: &str| json!({ "to": "+886911123456", "text": text, "reference": "r1" });
    assert_eq!(send(&bench, "wrong", message("123456")).await, 401);
    for _ in 0..2 {
        assert_eq!(
            send(&bench, "sandbox-sms-token", message("123456")).await,
            202
        );
    }
    let found = bench.get("/sms/messages?to=%2B886911123456").await;
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["text"], "123456");
    let page = bench.http.get(bench.url(NAME, "/")).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("123456"));
    assert_eq!(send(&bench, "sandbox-sms-token", message("")).await, 400);
}
