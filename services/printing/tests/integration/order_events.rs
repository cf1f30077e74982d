//! Events of orders come late, again, in any order, and for orders that nobody knows.

use proto::printing::v1::{Document, PrintJobState, PrintTrigger};
use testkit::eventually;

use crate::common::{Shop, Step};

#[tokio::test]
async fn a_step_that_comes_before_its_order_waits_for_it() {
    let shop = Shop::open().await;
    let printer = shop.printer("K-1").await;
    shop.prints(
        printer,
        "廚房",
        Document::KitchenSlip,
        PrintTrigger::Accepted,
    )
    .await;
    let mut order = shop.order("001");
    let placed = shop.event(&mut order, Step::Placed);
    let accepted = shop.event(&mut order, Step::Accepted);
    shop.service.deliver(shop.org, &[accepted]).await;
    let waiting = "SELECT count(*) FROM waiting_steps";
    eventually(async || shop.count(waiting).await == 1).await;
    shop.service.deliver(shop.org, &[placed]).await;
    eventually(async || shop.states().await == [PrintJobState::Queued]).await;
    assert_eq!(shop.count(waiting).await, 0);
    assert_eq!(shop.print_all(printer).await.len(), 1);
}

#[tokio::test]
async fn an_end_that_comes_before_its_order_keeps_it_from_being_printed() {
    let shop = Shop::open().await;
    let printer = shop.printer("K-1").await;
    shop.prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    let mut order = shop.order("001");
    let placed = shop.event(&mut order, Step::Placed);
    let cancelled = shop.event(&mut order, Step::Cancelled);
    shop.service.deliver(shop.org, &[cancelled]).await;
    shop.until_known(&order).await;
    let before = shop.consumed().await;
    shop.service.deliver(shop.org, &[placed]).await;
    eventually(async || shop.consumed().await > before).await;
    assert_eq!(shop.all_jobs().await.len(), 0);
}

#[tokio::test]
async fn an_order_of_before_the_first_print_point_is_fetched_from_ordering() {
    let ordering = crate::common::FakeOrdering::start().await;
    let shop = Shop::open_with(&[("PEERS_ORDERING_URL", &ordering.url)]).await;
    let mut order = shop.order("001");
    let before = shop.consumed().await;
    shop.publish(&mut order, Step::Placed).await;
    eventually(async || shop.consumed().await > before).await;
    let printer = shop.printer("K-1").await;
    shop.prints(
        printer,
        "廚房",
        Document::KitchenSlip,
        PrintTrigger::Accepted,
    )
    .await;
    ordering.knows(&order.snapshot);
    shop.publish(&mut order, Step::Accepted).await;
    eventually(async || shop.states().await == [PrintJobState::Queued]).await;
    let slips = shop.print_all(printer).await;
    assert!(slips[0].join(" ").contains("紅玉紅茶"), "{slips:?}");
}

#[tokio::test]
async fn a_revision_says_only_what_changed_where_the_first_was_printed() {
    let shop = Shop::open().await;
    let (kitchen, idle) = (shop.printer("K-1").await, shop.printer("K-2").await);
    for (printer, name) in [(kitchen, "廚房"), (idle, "後場")] {
        shop.prints(printer, name, Document::KitchenSlip, PrintTrigger::Placed)
            .await;
    }
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    assert_eq!(shop.print_all(kitchen).await.len(), 1);
    order.snapshot.revision = 2;
    let removed = &mut order.snapshot.lines[1];
    removed.revision_out = 2;
    shop.step(&mut order, Step::Revised).await;
    let slips = shop.print_all(kitchen).await;
    assert_eq!(slips.len(), 1);
    let text = slips[0].join(" ");
    assert!(
        text.contains("鹽酥雞") && !text.contains("紅玉紅茶"),
        "{text}"
    );
    // Where nothing was printed, what waits is what the order is now.
    let slips = shop.print_all(idle).await;
    assert_eq!(slips.len(), 1);
    let text = slips[0].join(" ");
    assert!(
        text.contains("紅玉紅茶") && !text.contains("鹽酥雞"),
        "{text}"
    );
}

#[tokio::test]
async fn a_slip_accepts_its_order_once_and_only_where_the_branch_wants_that() {
    let shop = Shop::open().await;
    let printer = shop.printer("K-1").await;
    for (name, document) in [
        ("櫃檯", Document::CustomerSlip),
        ("廚房", Document::KitchenSlip),
    ] {
        shop.prints(printer, name, document, PrintTrigger::Placed)
            .await;
    }
    let mut heard = shop.service.listen(&["printing.order.printed.v1"]).await;
    let mut silent = shop.order("001");
    shop.step(&mut silent, Step::Placed).await;
    shop.print_all(printer).await;
    shop.accepts_after_printing().await;
    let mut loud = shop.order("002");
    shop.step(&mut loud, Step::Placed).await;
    shop.print_all(printer).await;
    let mut last = shop.order("003");
    shop.step(&mut last, Step::Placed).await;
    shop.print_all(printer).await;
    let told = [heard.next().await, heard.next().await].map(|event| event.aggregate);
    assert_eq!(told, [loud.id.as_uuid(), last.id.as_uuid()]);
}
