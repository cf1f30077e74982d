//! Epson printers at their address, line by line.

use proto::printing::v1::{Document, PrintChannel, PrintJobReason, PrintJobState, PrintTrigger};
use reqwest::Method;
use testkit::eventually;

use crate::common::{
    Shop, Step,
    wire::{Caller, is_next_try, serve_printers},
};

const PRINTED: &str = r#"success="true" code="" status="251658262""#;

async fn kitchen(shop: &Shop, base: &str, serial: &str) -> Caller {
    let printer = Caller::register(shop, base, serial, PrintChannel::EpsonSdp).await;
    let (token, _) = printer.ask().await.expect("the slip of its pairing");
    printer.pair(shop, &token).await;
    printer.answer(&token, PRINTED).await;
    shop.prints(
        printer.key,
        serial,
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

#[tokio::test]
async fn a_slip_is_asked_for_printed_and_answered() {
    let shop = Shop::open().await;
    let base = serve_printers(&shop).await;
    let printer = kitchen(&shop, &base, "E01").await;
    assert!(printer.ask().await.is_none());
    place(&shop, "001").await;
    let (token, xml) = printer.ask().await.unwrap();
    assert!(token.len() <= 30);
    for part in [
        "<devid>local_printer</devid>",
        "<image width=\"384\"",
        "<cut",
    ] {
        assert!(xml.contains(part), "{part}");
    }
    assert!(printer.ask().await.is_none(), "it has not answered");
    printer.answer(&token, PRINTED).await;
    printer.answer(&token, PRINTED).await;
    assert_eq!(shop.states().await, [PrintJobState::Printed]);
    assert!(printer.ask().await.is_none());
}

#[tokio::test]
async fn a_late_answer_counts_for_the_job_that_it_names() {
    let shop = Shop::open().await;
    let base = serve_printers(&shop).await;
    let printer = kitchen(&shop, &base, "E01").await;
    place(&shop, "001").await;
    let (late, _) = printer.ask().await.unwrap();
    shop.advance_secs(60);
    eventually(async || shop.states().await == [PrintJobState::Unconfirmed]).await;
    place(&shop, "002").await;
    let (current, _) = printer.ask().await.unwrap();
    assert_ne!(late, current);
    printer.answer(&late, PRINTED).await;
    assert_eq!(
        shop.states().await,
        [PrintJobState::Printed, PrintJobState::Sent]
    );
}

#[tokio::test]
async fn a_printer_without_paper_rests_and_is_tried_again() {
    let shop = Shop::open().await;
    let base = serve_printers(&shop).await;
    let printer = kitchen(&shop, &base, "E01").await;
    place(&shop, "001").await;
    let (first, _) = printer.ask().await.unwrap();
    let no_paper = r#"success="false" code="EPTR_REC_EMPTY" status="252182556""#;
    printer.answer(&first, no_paper).await;
    let waiting = shop.all_jobs().await.remove(0);
    assert_eq!(
        (waiting.state(), waiting.reason()),
        (PrintJobState::Queued, PrintJobReason::PaperOut)
    );
    assert!(printer.ask().await.is_none(), "not at once");
    shop.advance_secs(30);
    let (again, _) = printer.ask().await.unwrap();
    assert!(is_next_try(&first, &again), "{first} {again}");
    printer.answer(&again, PRINTED).await;
    assert_eq!(shop.states().await, [PrintJobState::Printed]);
}

#[tokio::test]
async fn a_printer_answers_for_its_own_jobs_alone_and_in_few_bytes() {
    let shop = Shop::open().await;
    let base = serve_printers(&shop).await;
    let printer = kitchen(&shop, &base, "E01").await;
    let other = Caller::register(&shop, &base, "E02", PrintChannel::EpsonSdp).await;
    place(&shop, "001").await;
    let (token, _) = printer.ask().await.unwrap();
    other.answer(&token, PRINTED).await;
    other
        .answer(&token, r#"success="false" code="SchemaError""#)
        .await;
    assert_eq!(shop.states().await, [PrintJobState::Sent]);

    for (body, status) in [
        ("ConnectionType=Other".to_owned(), 400),
        ("a".repeat((64 << 10) + 1), 413),
    ] {
        let answer = printer.call(Method::POST, "", body).await;
        assert_eq!(answer.status(), status);
    }
    let star = printer.call(Method::GET, "", String::new()).await;
    assert_eq!(star.status(), 404, "it speaks another protocol");
}
