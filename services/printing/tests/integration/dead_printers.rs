//! Printers that are dead, and the next morning (C17).

use printing::domain::{
    device::State,
    job::{Outcome, Reason},
};
use proto::printing::v1::{Document, PrintJobReason, PrintJobState, PrintTrigger};
use testkit::eventually;

use crate::common::{Shop, Step};

#[tokio::test]
async fn a_dead_printer_blocks_itself_alone_and_prints_nothing_of_the_night() {
    let shop = Shop::open().await;
    let (dead, alive) = (shop.printer("K-1").await, shop.printer("C-1").await);
    for (printer, name) in [(dead, "廚房"), (alive, "櫃檯")] {
        shop.prints(printer, name, Document::KitchenSlip, PrintTrigger::Placed)
            .await;
    }
    // 22:40: K1 is off.
    shop.advance_secs(60);
    eventually(async || {
        shop.online(alive).await;
        shop.count("SELECT count(*) FROM device_states WHERE state = 'offline'")
            .await
            == 1
    })
    .await;
    for number in 1..=14 {
        let mut order = shop.order(&format!("{number:03}"));
        shop.step(&mut order, Step::Placed).await;
        assert!(shop.next(dead).await.is_none());
        assert_eq!(shop.print_all(alive).await.len(), 1, "order {number}");
        shop.step(&mut order, Step::Completed).await;
        shop.advance_secs(60);
    }
    // Next day.
    shop.advance_secs(11 * 60 * 60);
    let expired = "SELECT count(*) FROM print_jobs WHERE state = 'expired'";
    eventually(async || shop.count(expired).await == 14).await;
    let mut order_15 = shop.order("015");
    shop.step(&mut order_15, Step::Placed).await;
    shop.advance_secs(5 * 60);
    let slips = shop.print_all(dead).await;
    assert_eq!(slips.len(), 1);
    let text = slips[0].join(" ");
    assert!(
        text.contains("015") && text.contains("補印 延遲 5 分"),
        "{text}"
    );
    shop.advance_secs(60);
    let mut order_16 = shop.order("016");
    shop.online(dead).await;
    shop.step(&mut order_16, Step::Placed).await;
    let slips = shop.print_all(dead).await;
    let text = slips[0].join(" ");
    assert!(text.contains("016") && !text.contains("補印"), "{text}");
}

/// Makes a printer's silence known.
async fn fall_silent(shop: &Shop, others: &[printing::app::dispatch::DeviceKey]) {
    shop.advance_secs(60);
    eventually(async || {
        for other in others {
            shop.online(*other).await;
        }
        shop.count("SELECT count(*) FROM device_states WHERE state = 'offline'")
            .await
            == 1
    })
    .await;
}

#[tokio::test]
async fn after_a_short_outage_open_orders_print_in_order_with_their_delay() {
    let shop = Shop::open().await;
    let printer = shop.printer("K-1").await;
    shop.prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    fall_silent(&shop, &[]).await;
    let mut first = shop.order("001");
    shop.step(&mut first, Step::Placed).await;
    shop.advance_secs(5 * 60);
    let mut second = shop.order("002");
    shop.step(&mut second, Step::Placed).await;
    shop.advance_secs(5 * 60);
    shop.step(&mut second, Step::Cancelled).await;
    shop.advance_secs(12 * 60);
    let mut third = shop.order("003");
    shop.step(&mut third, Step::Placed).await;
    shop.advance_secs(3 * 60);

    let slips = shop.print_all(printer).await;
    let texts: Vec<String> = slips.iter().map(|slip| slip.join(" ")).collect();
    assert_eq!(texts.len(), 2, "no 取消單: {texts:?}");
    assert!(
        texts[0].contains("001") && texts[0].contains("延遲 25 分"),
        "{texts:?}"
    );
    assert!(
        texts[1].contains("003") && texts[1].contains("延遲 3 分"),
        "{texts:?}"
    );
    let states = shop.states().await;
    let (printed, cancelled) = (PrintJobState::Printed, PrintJobState::Cancelled);
    assert_eq!(states, [printed, cancelled, printed]);
}

#[tokio::test]
async fn an_order_that_was_closed_during_the_outage_is_listed_and_not_printed() {
    let shop = Shop::open().await;
    let printer = shop.printer("K-1").await;
    shop.prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    fall_silent(&shop, &[]).await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    shop.step(&mut order, Step::Completed).await;
    shop.advance_secs(5 * 60);
    assert!(shop.print_all(printer).await.is_empty());
    let job = shop.all_jobs().await.remove(0);
    assert_eq!(
        (job.state(), job.reason()),
        (PrintJobState::Expired, PrintJobReason::OrderClosed)
    );
}

#[tokio::test]
async fn a_substitute_takes_over_and_says_for_whom() {
    let shop = Shop::open().await;
    let (dead, substitute) = (shop.printer("K-1").await, shop.printer("C-1").await);
    let point = shop
        .prints(dead, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    let other = shop.point(substitute.device, "櫃檯");
    let other = shop.try_create_point("other", other).await.unwrap();
    shop.change_point(&point, |point| {
        point.substitute_id = Some(other.print_point_id.clone());
    })
    .await;
    fall_silent(&shop, &[substitute]).await;
    for number in ["001", "002"] {
        let mut order = shop.order(number);
        shop.step(&mut order, Step::Placed).await;
    }
    assert!(
        shop.poll(substitute).await.is_none(),
        "not within the minute"
    );
    shop.advance_secs(60);
    shop.online(substitute).await;
    let moved = "SELECT count(*) FROM print_jobs WHERE moved_from IS NOT NULL";
    eventually(async || shop.count(moved).await == 2).await;
    let slips = shop.print_all(substitute).await;
    assert_eq!(slips.len(), 2);
    for (slip, number) in slips.iter().zip(["001", "002"]) {
        let text = slip.join(" ");
        assert!(text.contains(number) && text.contains("代印"), "{text}");
        assert!(text.contains("printer K-1"), "{text}");
        assert!(!text.contains("可能重複"), "{text}");
    }
    assert!(
        shop.print_all(dead).await.is_empty(),
        "it prints none of them"
    );
}

#[tokio::test]
async fn a_job_that_failed_three_times_goes_to_the_substitute_or_fails() {
    let shop = Shop::open().await;
    let (broken, substitute) = (shop.printer("K-1").await, shop.printer("C-1").await);
    let point = shop
        .prints(broken, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    let fail_thrice = async |number: &str| {
        let mut order = shop.order(number);
        shop.step(&mut order, Step::Placed).await;
        for attempt in 1..=3 {
            let job = shop.poll(broken).await.expect("it is offered");
            assert_eq!(job.attempt, attempt);
            let said = shop.fail(broken, &job, Reason::Fault).await;
            let last = attempt == 3;
            assert_eq!(
                said,
                if last {
                    Outcome::Failed
                } else {
                    Outcome::Again
                }
            );
            assert!(shop.poll(broken).await.is_none(), "not at once");
            shop.advance_secs(30);
        }
    };
    fail_thrice("001").await;
    let failed = shop.all_jobs().await.remove(0);
    assert_eq!(
        (failed.state(), failed.reason()),
        (PrintJobState::Failed, PrintJobReason::Fault)
    );
    let other = shop.point(substitute.device, "櫃檯");
    let other = shop.try_create_point("other", other).await.unwrap();
    shop.change_point(&point, |point| {
        point.substitute_id = Some(other.print_point_id.clone());
    })
    .await;
    shop.online(substitute).await;
    fail_thrice("002").await;
    let slips = shop.print_all(substitute).await;
    assert!(slips[0].join(" ").contains("代印"), "{slips:?}");
}

#[tokio::test]
async fn a_printer_says_how_it_is_and_screens_are_told_of_changes_alone() {
    let shop = Shop::open().await;
    let printer = shop.printer("K-1").await;
    let mut heard = shop.service.listen(&["printing.device.changed.v1"]).await;
    shop.online(printer).await;
    shop.state(printer, State::CoverOpen).await;
    shop.state(printer, State::CoverOpen).await;
    shop.advance_secs(60);
    shop.state(printer, State::Online).await;
    let states = [heard.next().await, heard.next().await].map(|event| {
        let body: proto::printing::v1::DeviceChanged = event.decode().unwrap();
        body.state()
    });
    use proto::printing::v1::DeviceState;
    assert_eq!(states, [DeviceState::CoverOpen, DeviceState::Online]);
}
