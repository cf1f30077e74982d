//! Star printers at their address, line by line.

use proto::printing::v1::{
    DeviceState, Document, GetDeviceRequest, PrintChannel, PrintJobReason, PrintJobState,
    PrintTrigger,
};
use reqwest::{Client, Method};
use testkit::eventually;

use crate::common::{
    Shop, Step,
    wire::{Caller, is_next_try, serve_printers},
};

const STAR: PrintChannel = PrintChannel::StarCloudprnt;

/// A printer in the kitchen that was paired over its own slip.
async fn paired(shop: &Shop, base: &str, serial: &str) -> Caller {
    let printer = Caller::register(shop, base, serial, STAR).await;
    let token = printer.offered().await;
    printer.picture(&token).await;
    printer.pair(shop, &token).await;
    printer.confirm(&token, "OK").await;
    printer
}

async fn kitchen(shop: &Shop, base: &str) -> Caller {
    let printer = paired(shop, base, "K01").await;
    shop.prints(
        printer.key,
        "廚房",
        Document::KitchenSlip,
        PrintTrigger::Placed,
    )
    .await;
    printer
}

async fn place(shop: &Shop, number: &str) {
    let mut order = shop.order(number);
    shop.step(&mut order, Step::Placed).await;
}

async fn device_state(shop: &Shop, printer: &Caller) -> DeviceState {
    let device_id = printer.key.device.to_string();
    let found = shop
        .devices()
        .get_device(GetDeviceRequest { device_id })
        .await;
    let device = found.unwrap().into_inner().device.unwrap();
    device.state()
}

#[tokio::test]
async fn a_slip_is_polled_fetched_confirmed_and_printed_once() {
    let shop = Shop::open().await;
    let base = serve_printers(&shop).await;
    let printer = Caller::register(&shop, &base, "K01", STAR).await;

    // Nothing but its own slip before it is paired.
    let pairing = printer.offered().await;
    assert_eq!(printer.offered().await, pairing, "it was not fetched");
    printer.picture(&pairing).await;
    assert!(printer.is_idle().await, "it has not confirmed");
    printer.pair(&shop, &pairing).await;
    printer.confirm(&pairing, "200%20OK").await;
    assert!(printer.is_idle().await);

    let (document, trigger) = (Document::KitchenSlip, PrintTrigger::Placed);
    shop.prints(printer.key, "廚房", document, trigger).await;
    place(&shop, "001").await;
    let token = printer.offered().await;
    assert!(token.len() <= 30);
    let head = printer
        .call(Method::HEAD, &format!("token={token}"), String::new())
        .await;
    assert_eq!(head.status(), 405);
    assert_eq!(printer.offered().await, token, "a HEAD is no fetch");
    let first = printer.picture(&token).await;
    shop.advance_secs(20);
    assert_eq!(printer.picture(&token).await, first, "the same bytes");
    assert_eq!(shop.states().await, [PrintJobState::Sent]);
    printer.confirm(&token, "200").await;
    assert_eq!(shop.states().await, [PrintJobState::Printed]);
    printer.confirm(&token, "200").await;
    assert_eq!(printer.fetch(&token).await.status(), 404);
    assert!(printer.is_idle().await);
    assert_eq!(shop.all_jobs().await[0].attempts, 1);
}

#[tokio::test]
async fn a_printer_that_is_not_paired_gets_no_order() {
    let shop = Shop::open().await;
    let base = serve_printers(&shop).await;
    let printer = kitchen(&shop, &base).await;
    place(&shop, "001").await;
    let mut superuser = shop.service.db().superuser().await;
    sqlx::query("UPDATE devices SET paired = false")
        .execute(&mut superuser)
        .await
        .unwrap();
    assert!(printer.is_idle().await);
    assert_eq!(shop.states().await, [PrintJobState::Queued]);
}

#[tokio::test]
async fn a_late_confirmation_closes_its_own_job_and_no_other() {
    let shop = Shop::open().await;
    let base = serve_printers(&shop).await;
    let printer = kitchen(&shop, &base).await;
    place(&shop, "001").await;
    let late = printer.offered().await;
    printer.picture(&late).await;
    shop.advance_secs(60);
    let states = async || shop.states().await;
    eventually(async || states().await == [PrintJobState::Unconfirmed]).await;
    assert_eq!(printer.fetch(&late).await.status(), 404, "too late");
    printer.confirm(&late, "520%20Download%20Timeout").await;
    assert_eq!(states().await, [PrintJobState::Unconfirmed]);

    shop.advance_secs(5);
    place(&shop, "002").await;
    let current = printer.offered().await;
    printer.picture(&current).await;
    shop.advance_secs(30);
    let [printed, sent] = [PrintJobState::Printed, PrintJobState::Sent];
    printer.confirm(&late, "OK").await;
    assert_eq!(states().await, [printed, sent]);
    printer.confirm("unknown", "OK").await;
    let query = "code=OK";
    let unnamed = printer.call(Method::DELETE, query, String::new()).await;
    assert_eq!(unnamed.status(), 200);
    assert_eq!(states().await, [printed, sent], "none of them is named");
    // A printer that cannot DELETE says it by a GET.
    let query = format!("code=OK&delete&token={current}");
    let answer = printer.call(Method::GET, &query, String::new()).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(states().await, [printed, printed]);
}

#[tokio::test]
async fn a_printer_without_paper_gets_its_slip_again_when_it_has_some() {
    let shop = Shop::open().await;
    let base = serve_printers(&shop).await;
    let printer = kitchen(&shop, &base).await;
    place(&shop, "001").await;
    let first = printer.offered().await;
    printer.picture(&first).await;
    let told = printer.poll("410%20Out%20Of%20Paper").await;
    assert_eq!(told["jobReady"], false);
    assert_eq!(device_state(&shop, &printer).await, DeviceState::PaperOut);
    let waiting = shop.all_jobs().await.remove(0);
    assert_eq!(
        (waiting.state(), waiting.reason()),
        (PrintJobState::Queued, PrintJobReason::PaperOut)
    );
    shop.advance_secs(30);
    let again = printer.offered().await;
    assert_eq!(device_state(&shop, &printer).await, DeviceState::Online);
    assert!(is_next_try(&first, &again), "{first} {again}");
    assert_eq!(
        printer.fetch(&first).await.status(),
        404,
        "that try is over"
    );
    printer.picture(&again).await;
    printer.confirm(&again, "OK").await;
    assert_eq!(shop.states().await, [PrintJobState::Printed]);
}

#[tokio::test]
async fn data_that_a_printer_cannot_read_is_not_sent_again() {
    let shop = Shop::open().await;
    let base = serve_printers(&shop).await;
    let printer = kitchen(&shop, &base).await;
    place(&shop, "001").await;
    let token = printer.offered().await;
    let query = format!("type=text%2Fplain&token={token}");
    let answer = printer.call(Method::GET, &query, String::new()).await;
    assert_eq!(answer.status(), 415);
    printer.confirm(&token, "510%20Unsupported").await;
    let failed = shop.all_jobs().await.remove(0);
    assert_eq!(
        (failed.state(), failed.reason()),
        (PrintJobState::Failed, PrintJobReason::NotUnderstood)
    );
    assert_eq!(device_state(&shop, &printer).await, DeviceState::Online);
    assert!(printer.is_idle().await);
}

#[tokio::test]
async fn nobody_fetches_or_closes_the_slips_of_another_printer() {
    let shop = Shop::open().await;
    let base = serve_printers(&shop).await;
    let printer = kitchen(&shop, &base).await;
    let other = paired(&shop, &base, "K02").await;
    place(&shop, "001").await;
    let token = printer.offered().await;
    assert_eq!(other.fetch(&token).await.status(), 404);
    other.confirm(&token, "OK").await;
    printer.picture(&token).await;
    other.confirm(&token, "OK").await;
    other.confirm(&token, "511").await;
    assert_eq!(shop.states().await, [PrintJobState::Sent]);
    printer.confirm(&token, "OK").await;
    assert_eq!(shop.states().await, [PrintJobState::Printed]);
}

#[tokio::test]
async fn an_address_that_is_not_its_own_and_what_is_no_poll_are_refused() {
    let shop = Shop::open().await;
    let base = serve_printers(&shop).await;
    let http = Client::new();
    for path in ["d/cloudprnt-setting.json", "d/unknown", "d/", "unknown"] {
        let answer = http.get(format!("{base}/{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
    let stranger = http.post(format!("{base}/d/unknown")).body("{}").send();
    assert_eq!(stranger.await.unwrap().status(), 404);

    // A printer whose serial is its hardware address is told from others by it.
    let printer = Caller::register(&shop, &base, "0011621D9AB8", STAR).await;
    let wrong = r#"{"statusCode":"200%20OK","printerMAC":"00:11:62:1d:9a:b7"}"#;
    let answer = printer.call(Method::POST, "", wrong.to_owned()).await;
    assert_eq!(answer.status(), 404);
    assert_eq!(device_state(&shop, &printer).await, DeviceState::Offline);
    for query in ["mac=00:11:62:1d:9a:b7", "mac=00:11:62:1d:9a:b7&delete"] {
        let answer = printer.call(Method::GET, query, String::new()).await;
        assert_eq!(answer.status(), 404, "{query}");
    }
    let right = wrong.replace("b7", "b8");
    let answer = printer.call(Method::POST, "", right).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(device_state(&shop, &printer).await, DeviceState::Online);

    for (body, status) in [
        ("{".to_owned(), 400),
        ("ConnectionType=GetRequest&ID=a".to_owned(), 400),
        (format!("{{\"a\":\"{}\"}}", "a".repeat(64 << 10)), 413),
    ] {
        let answer = printer.call(Method::POST, "", body).await;
        assert_eq!(answer.status(), status);
    }
}
