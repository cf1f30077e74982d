use serde_json::{Value, json};

use super::{NAME, cipher::Keys};
use crate::{fields::Fields, testing::Bench};

const STORE: &str = "MS127874575";
const REFERENCE: &str = "YZM_20260115_A00001";

fn keys() -> Keys {
    Keys {
        key: "Fs5cX1TGqYM2PpdbE14a9H83YQSQF5jn".to_owned(),
        iv: "C6AcmfqJILwgnhIP".to_owned(),
    }
}

async fn now(bench: &Bench) -> String {
    let now = bench.get("/clock").await["now"]
        .as_str()
        .unwrap()
        .to_owned();
    let now: chrono::DateTime<chrono::Utc> = now.parse().unwrap();
    now.timestamp().to_string()
}

async fn order(bench: &Bench) -> Fields {
    Fields::from([
        ("MerchantID", STORE),
        ("RespondType", "JSON"),
        ("TimeStamp", &now(bench).await),
        ("Version", "2.3"),
        ("MerchantOrderNo", REFERENCE),
        ("Amt", "165"),
        ("ItemDesc", "珍珠奶茶x2 鹹酥雞x1"),
        ("ReturnURL", &bench.shop.at("/return")),
        ("NotifyURL", &bench.shop.at("/notify")),
        ("CREDIT", "1"),
        ("LINEPAY", "1"),
        ("TAIWANPAY", "1"),
        ("VACC", "1"),
    ])
}

async fn open(bench: &Bench, order: Fields) -> String {
    let hex = keys().encrypt(&order.encode());
    let form = Fields::from([
        ("MerchantID", STORE),
        ("TradeInfo", &hex),
        ("TradeSha", &keys().sha(&hex)),
        ("Version", "2.3"),
    ]);
    let request = bench
        .http
        .post(bench.url(NAME, "/MPG/mpg_gateway"))
        .header("origin", "http://shop.example.test")
        .header("content-type", "application/x-www-form-urlencoded");
    request
        .body(form.encode())
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap()
}

async fn call(bench: &Bench, path: &str, form: Fields) -> Value {
    let request = bench
        .http
        .post(bench.url(NAME, path))
        .header("content-type", "application/x-www-form-urlencoded");
    let text = request
        .body(form.encode())
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

async fn query(bench: &Bench, reference: &str) -> Value {
    let form = Fields::from([
        ("MerchantID", STORE),
        ("Version", "1.3"),
        ("RespondType", "JSON"),
        ("CheckValue", &keys().check_value("165", STORE, reference)),
        ("TimeStamp", &now(bench).await),
        ("MerchantOrderNo", reference),
        ("Amt", "165"),
    ]);
    call(bench, "/API/QueryTradeInfo", form).await
}

async fn post_data(bench: &Bench, path: &str, version: &str, amount: i64, more: &str) -> String {
    let data = format!(
        "RespondType=JSON&Version={version}&Amt={amount}&MerchantOrderNo={REFERENCE}\
         &TimeStamp={}&IndexType=1{more}",
        now(bench).await
    );
    let form = Fields::from([
        ("MerchantID_", STORE),
        ("PostData_", &keys().encrypt(&data)),
    ]);
    call(bench, path, form).await["Status"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn close(bench: &Bench, kind: u8, amount: i64, cancel: bool) -> String {
    let more = format!("&CloseType={kind}{}", if cancel { "&Cancel=1" } else { "" });
    post_data(bench, "/API/CreditCard/Close", "1.1", amount, &more).await
}

fn decrypt(form: &str) -> Value {
    let fields = Fields::parse(form.as_bytes());
    assert_eq!(
        fields.text("TradeSha"),
        keys().sha(fields.text("TradeInfo"))
    );
    serde_json::from_str(&keys().decrypt(fields.text("TradeInfo")).unwrap()).unwrap()
}

async fn pay(bench: &Bench, method: &str) -> Value {
    let page = open(bench, order(bench).await).await;
    assert!(page.contains("NT$ 165"), "{page}");
    let action = json!({ "action": "pay", "reference": REFERENCE, "method": method });
    bench.act(NAME, action).await
}

#[tokio::test]
async fn notice_and_return_carry_the_same_encrypted_result() {
    let bench = Bench::new().await;
    let outcome = pay(&bench, "CREDIT").await;
    let notice = decrypt(&bench.shop.received()[0].body);
    assert_eq!(notice["Status"], "SUCCESS");
    assert_eq!(notice["Result"]["Amt"], 165);
    let fields: Fields = serde_json::from_value(outcome["browser"]["fields"].clone()).unwrap();
    assert_eq!(decrypt(&fields.encode()), notice);
    let info = query(&bench, REFERENCE).await["Result"].clone();
    assert_eq!(
        (&info["TradeStatus"], &info["CloseStatus"]),
        (&json!("1"), &json!("1"))
    );
    let trade = info["TradeNo"].as_str().unwrap();
    assert_eq!(
        info["CheckCode"],
        keys().check_code(165, STORE, REFERENCE, trade)
    );
    assert_eq!(bench.money(REFERENCE).await["charged"], 165);
    assert!(bench.violations().await.is_empty());
}

#[tokio::test]
async fn a_notice_is_repeated_three_times_until_it_is_answered_by_200() {
    let bench = Bench::new().await;
    bench.shop.usually(500, "");
    pay(&bench, "CREDIT").await;
    bench.advance(3_600).await;
    assert_eq!(bench.shop.received().len(), 4);
}

#[tokio::test]
async fn a_card_goes_through_the_nightly_batch_before_it_can_be_refunded() {
    let bench = Bench::new().await;
    pay(&bench, "CREDIT").await;
    assert_eq!(close(&bench, 2, 65, false).await, "TRA10035");
    assert_eq!(bench.violations().await, ["call in this state"]);
    bench.set_clock("2026-01-15T13:01:00Z").await;
    assert_eq!(query(&bench, REFERENCE).await["Result"]["CloseStatus"], "2");
    assert_eq!(close(&bench, 2, 65, false).await, "SUCCESS");
    assert_eq!(close(&bench, 2, 101, false).await, "TRA10036");
    assert_eq!(close(&bench, 2, 65, true).await, "SUCCESS");
    assert_eq!(bench.money(REFERENCE).await["refunded"], 0);
    assert_eq!(close(&bench, 2, 165, false).await, "SUCCESS");
    bench.set_clock("2026-01-16T15:00:00Z").await;
    let info = query(&bench, REFERENCE).await["Result"].clone();
    assert_eq!(
        (&info["TradeStatus"], &info["BackStatus"]),
        (&json!("6"), &json!("3"))
    );
}

#[tokio::test]
async fn a_capture_is_undone_before_the_authorisation_is_cancelled() {
    let bench = Bench::new().await;
    pay(&bench, "CREDIT").await;
    let cancel = async || post_data(&bench, "/API/CreditCard/Cancel", "1.0", 165, "").await;
    assert_eq!(cancel().await, "TRA10026");
    assert_eq!(close(&bench, 1, 165, true).await, "SUCCESS");
    assert_eq!(cancel().await, "SUCCESS");
    assert_eq!(query(&bench, REFERENCE).await["Result"]["TradeStatus"], "3");
    assert_eq!(bench.money(REFERENCE).await["charged"], 0);
}

#[tokio::test]
async fn a_wallet_is_refunded_by_its_own_rules() {
    let bench = Bench::new().await;
    pay(&bench, "TAIWANPAY").await;
    let refund = async |amount: i64| {
        let data = json!({
            "MerchantOrderNo": REFERENCE, "Amount": amount.to_string(),
            "TimeStamp": now(&bench).await, "PaymentType": "TAIWANPAY",
        });
        let hex = keys().encrypt(&data.to_string());
        let form = Fields::from([
            ("UID_", STORE),
            ("Version_", "1.1"),
            ("EncryptData_", &hex),
            ("RespondType_", "JSON"),
            ("HashData_", &keys().sha(&hex)),
        ]);
        call(&bench, "/API/EWallet/refund", form).await
    };
    assert_eq!(refund(165).await["Status"], "1104");
    bench.advance(601).await;
    assert_eq!(refund(65).await["Status"], "1108");
    let done = refund(165).await;
    assert_eq!(done["Status"], "1000");
    let inner = keys()
        .decrypt(done["EncryptData"].as_str().unwrap())
        .unwrap();
    let inner: Value = serde_json::from_str(&inner).unwrap();
    assert_eq!(inner["RefundAmount"], 165);
    assert!(bench.violations().await.is_empty());
}

#[tokio::test]
async fn a_transfer_is_paid_later_and_its_number_goes_through_the_browser() {
    let bench = Bench::new().await;
    let order = order(&bench)
        .await
        .with("CustomerURL", bench.shop.at("/customer"));
    open(&bench, order).await;
    let action = json!({ "action": "pay", "reference": REFERENCE, "method": "VACC" });
    let outcome = bench.act(NAME, action.clone()).await;
    assert_eq!(outcome["browser"]["url"], bench.shop.at("/customer"));
    assert!(bench.shop.received().is_empty());
    assert_eq!(query(&bench, REFERENCE).await["Result"]["TradeStatus"], "0");
    bench.act(NAME, action).await;
    assert_eq!(
        decrypt(&bench.shop.received()[0].body)["Result"]["PaymentType"],
        "VACC"
    );
}

#[tokio::test]
async fn what_the_platform_does_wrong_is_a_violation() {
    let bench = Bench::new().await;
    let usual = order(&bench).await;
    open(&bench, usual.clone()).await;
    let wrong = [
        usual.clone(),
        usual.clone().with("MerchantOrderNo", "a-b"),
        usual
            .clone()
            .with("MerchantOrderNo", "B1")
            .with("TimeStamp", "1768449000"),
        usual
            .clone()
            .with("MerchantOrderNo", "B2")
            .with("Version", "2.0"),
        usual
            .clone()
            .with("MerchantOrderNo", "B3")
            .with("Amt", "165.0"),
        usual
            .with("OrderDetail", r#"[{"ItemAmt":100}]"#)
            .with("MerchantOrderNo", "B4"),
    ];
    let mut pages = Vec::new();
    for order in wrong {
        pages.push(open(&bench, order).await);
    }
    for (page, code) in pages.iter().zip([
        "MPG03008", "MPG01012", "MPG02004", "MPG02010", "MPG01015", "MPG01029",
    ]) {
        assert!(page.contains(code), "{code}: {page}");
    }
    let rules = [
        "unique reference",
        "fields",
        "timestamp",
        "version",
        "amount",
        "fields",
    ];
    assert_eq!(bench.violations().await, rules);
    let form = Fields::from([("MerchantID", STORE)]);
    let request = bench.http.post(bench.url(NAME, "/MPG/mpg_gateway"));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let page = request
        .body(form.encode())
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("MPG02005"));
}

#[tokio::test]
async fn repeated_queries_of_unknown_numbers_lock_the_store_for_four_hours() {
    let bench = Bench::new().await;
    for n in 0..6 {
        assert_eq!(
            query(&bench, &format!("NONE{n}")).await["Status"],
            "TRA10021"
        );
    }
    assert_eq!(query(&bench, REFERENCE).await["Status"], "TRA10071");
    bench.advance(4 * 3_600 + 1).await;
    assert_eq!(query(&bench, REFERENCE).await["Status"], "TRA10021");
}

#[tokio::test]
async fn a_flipped_digit_and_a_foreign_key_do_not_verify() {
    let bench = Bench::new().await;
    pay(&bench, "CREDIT").await;
    for fault in ["bad_signature", "foreign_key"] {
        bench.shop.answer(&[(400, "")]);
        let body = json!({
            "system": NAME, "reference": REFERENCE, "kind": "notify",
            "faults": [{ "fault": fault }],
        });
        bench.post("/deliveries", body).await;
        let fields = Fields::parse(bench.shop.received().pop().unwrap().body.as_bytes());
        assert_ne!(
            fields.text("TradeSha"),
            keys().sha(fields.text("TradeInfo"))
        );
    }
    let body = json!({
        "system": NAME, "reference": REFERENCE, "kind": "notify",
        "faults": [{ "fault": "set", "value": { "Result": { "Amt": 1 } } }],
    });
    bench.post("/deliveries", body).await;
    assert_eq!(
        decrypt(&bench.shop.received().pop().unwrap().body)["Result"]["Amt"],
        1
    );
    assert!(bench.violations().await.is_empty());
}
