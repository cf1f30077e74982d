//! Slips follow from the steps of orders, exactly once each.

use proto::{
    common::v1::Method,
    printing::v1::{Document, Paper, PrintChannel, PrintJobState, PrintTrigger, SlipsPer},
};
use testkit::eventually;

use crate::common::{Shop, Step};

#[tokio::test]
async fn a_step_prints_its_slips_once_however_often_it_is_told() {
    let shop = Shop::open().await;
    let kitchen = shop.printer("K-1").await;
    shop.prints(
        kitchen,
        "廚房",
        Document::KitchenSlip,
        PrintTrigger::Accepted,
    )
    .await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    assert_eq!(shop.all_jobs().await.len(), 0, "nothing is due yet");
    let accepted = shop.publish(&mut order, Step::Accepted).await;
    // Two more deliveries, each another event to the inbox.
    shop.service
        .deliver(shop.org, &[accepted.clone(), accepted])
        .await;
    shop.until_known(&order).await;
    shop.step(&mut order, Step::Preparing).await;
    assert_eq!(shop.states().await, [PrintJobState::Queued]);

    let slips = shop.print_all(kitchen).await;
    assert_eq!(slips.len(), 1);
    let text = slips[0].join(" ");
    for said in ["001", "紅玉紅茶", "微糖", "鹽酥雞", "大辣"] {
        assert!(text.contains(said), "{said} in {text}");
    }
    assert!(!text.contains("補印"), "{text}");
    assert_eq!(shop.states().await, [PrintJobState::Printed]);
}

#[tokio::test]
async fn each_print_point_gets_its_own_slips_in_order_and_never_interleaved() {
    let shop = Shop::open().await;
    let printer = shop.printer("D-1").await;
    let counter = shop
        .prints(
            printer,
            "櫃檯",
            Document::CustomerSlip,
            PrintTrigger::Placed,
        )
        .await;
    // Print points are served in the order of their making.
    shop.advance_secs(1);
    let kitchen = shop
        .prints(
            printer,
            "廚房01",
            Document::CustomerSlip,
            PrintTrigger::Placed,
        )
        .await;
    shop.change_point(&kitchen, |point| point.copies = 2).await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;

    let first = shop.poll(printer).await.unwrap();
    assert_eq!(first.copies, 1);
    assert_eq!(
        shop.next(printer).await.unwrap().job,
        first.job,
        "one at a time"
    );
    shop.print(printer, &first).await;
    let second = shop.poll(printer).await.unwrap();
    assert_eq!(second.copies, 2);
    shop.print(printer, &second).await;
    assert!(shop.poll(printer).await.is_none());
    let points: Vec<_> = shop
        .all_jobs()
        .await
        .into_iter()
        .filter_map(|job| job.print_point_id)
        .collect();
    assert_eq!(points, [counter.print_point_id, kitchen.print_point_id]);
}

#[tokio::test]
async fn a_rule_by_station_prints_a_slip_for_each_and_only_their_lines() {
    let shop = Shop::open().await;
    let printer = shop.printer("K-1").await;
    let point = shop.point(printer.device, "廚房");
    let point = shop.try_create_point("p", point).await.unwrap();
    let mut rule = shop.rule(Document::KitchenSlip, PrintTrigger::Accepted);
    rule.per = SlipsPer::Station.into();
    shop.add_rule(&point, rule).await;
    shop.accepted("001").await;
    let job = shop.poll(printer).await.unwrap();
    assert_eq!(job.slips.sheets.len(), 2, "cut off one by one");

    let mut only = shop.rule(Document::KitchenSlip, PrintTrigger::Preparing);
    only.filter = Some(proto::printing::v1::LineFilter {
        stations: vec!["廚房".to_owned()],
        ..Default::default()
    });
    shop.print(printer, &job).await;
    shop.add_rule(&point, only).await;
    let mut order = shop.accepted("002").await;
    shop.print_all(printer).await;
    shop.step(&mut order, Step::Preparing).await;
    let slips = shop.print_all(printer).await;
    let text = slips[0].join(" ");
    assert!(
        text.contains("鹽酥雞") && !text.contains("紅玉紅茶"),
        "{text}"
    );
}

#[tokio::test]
async fn labels_are_one_a_unit_numbered_over_the_order() {
    let shop = Shop::open().await;
    let printer = shop
        .printer_of("319776QFAR07448", PrintChannel::Xpyun, Paper::Label40x25)
        .await;
    let point = shop
        .prints(printer, "貼紙", Document::Label, PrintTrigger::Accepted)
        .await;
    shop.change_point(&point, |point| point.copies = 2).await;
    shop.accepted("001").await;
    let job = shop.poll(printer).await.unwrap();
    assert_eq!(job.copies, 2, "copies are the channel's");
    assert_eq!(job.slips.sheets.len(), 3, "one a unit");
    let text = crate::common::texts(&job).join(" ");
    for number in ["1/3", "2/3", "3/3"] {
        assert!(text.contains(number), "{number} in {text}");
    }
}

#[tokio::test]
async fn scenes_and_methods_decide_who_prints() {
    let shop = Shop::open().await;
    let printer = shop.printer("K-1").await;
    let point = shop
        .prints(
            printer,
            "外送",
            Document::KitchenSlip,
            PrintTrigger::Accepted,
        )
        .await;
    shop.change_point(&point, |point| point.scenes = vec![Method::Delivery.into()])
        .await;
    shop.accepted("001").await;
    assert_eq!(shop.all_jobs().await.len(), 0);
}

#[tokio::test]
async fn a_test_order_prints_with_its_mark() {
    let shop = Shop::open().await;
    let printer = shop.printer("K-1").await;
    shop.prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    let mut order = shop.order("T01");
    order.snapshot.test = true;
    shop.step(&mut order, Step::Placed).await;
    let slips = shop.print_all(printer).await;
    assert!(slips[0].join(" ").contains("測試"), "{slips:?}");
    assert!(shop.all_jobs().await[0].test);
}

#[tokio::test]
async fn what_is_only_for_paid_orders_waits_for_none() {
    let shop = Shop::open().await;
    let printer = shop.printer("K-1").await;
    let point = shop.point(printer.device, "櫃檯");
    let point = shop.try_create_point("p", point).await.unwrap();
    let mut rule = shop.rule(Document::CustomerSlip, PrintTrigger::Placed);
    rule.paid_only = true;
    shop.add_rule(&point, rule).await;
    let mut unpaid = shop.order("001");
    shop.step(&mut unpaid, Step::Placed).await;
    let mut paid = shop.order("002");
    paid.snapshot.paid = 90;
    paid.snapshot.payment_state = proto::ordering::v1::PaymentState::Paid.into();
    shop.step(&mut paid, Step::Placed).await;
    let numbers: Vec<_> = shop
        .all_jobs()
        .await
        .into_iter()
        .map(|job| job.pickup_number)
        .collect();
    assert_eq!(numbers, ["002"]);
}

#[tokio::test]
async fn an_order_of_a_branch_that_prints_nothing_leaves_nothing() {
    let shop = Shop::open().await;
    let mut order = shop.order("001");
    let before = shop.consumed().await;
    shop.publish(&mut order, Step::Placed).await;
    eventually(async || shop.consumed().await > before).await;
    assert_eq!(shop.count("SELECT count(*) FROM orders").await, 0);
    assert_eq!(shop.count("SELECT count(*) FROM waiting_steps").await, 0);
}
