//! Devices that their vendors' clouds drive, against the sandbox's clouds.

use print_clouds::Vendor;
use proto::printing::v1::{
    CloudProblem, DecidePrintJobRequest, DeleteDeviceRequest, DeviceState, Document, PrintDecision,
    PrintJobReason, PrintJobState, PrintTrigger,
};
use serde_json::json;
use testkit::eventually;

use crate::common::{
    Step,
    clouds::{CloudShop, channel},
};

/// A shop with a printer that prints a kitchen slip of each placed order.
async fn kitchen(vendor: Vendor) -> (CloudShop, printing::app::dispatch::DeviceKey) {
    let (cloud, device) = CloudShop::with_printer(vendor).await;
    cloud
        .shop
        .prints(device, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    (cloud, device)
}

async fn place(cloud: &CloudShop, number: &str) {
    let mut order = cloud.shop.order(number);
    cloud.shop.step(&mut order, Step::Placed).await;
}

#[tokio::test]
async fn a_device_is_added_paired_and_prints_each_slip_once() {
    for vendor in Vendor::ALL {
        let (cloud, device) = kitchen(vendor).await;
        let paper = cloud.paper().await;
        assert_eq!(paper.len(), 1, "the slip of its pairing");
        assert_eq!(cloud.device(device).await.state(), DeviceState::Online);
        assert_eq!(cloud.unit(json!({})).await["account"], "dev@sandbox.test");

        place(&cloud, "001").await;
        place(&cloud, "002").await;
        cloud.turn(device).await;
        assert_eq!(
            cloud.shop.states().await,
            [PrintJobState::Sent, PrintJobState::Queued],
            "one at a time"
        );
        cloud.print_time(device).await;
        cloud.print_time(device).await;
        // Nothing is left to do but to look at the printer now and then.
        for _ in 0..3 {
            cloud.advance(20).await;
            cloud.turn(device).await;
        }
        assert_eq!(cloud.shop.states().await, [PrintJobState::Printed; 2]);
        let paper = cloud.paper().await;
        assert_eq!(paper.len(), 3, "{vendor}");
        assert!(paper[1].contains("001") && paper[2].contains("002"));
        assert!(paper[1].contains("紅玉紅茶"), "{}", paper[1]);
    }
}

#[tokio::test]
async fn a_slip_whose_answer_was_lost_is_not_given_again() {
    for vendor in Vendor::ALL {
        let (cloud, device) = kitchen(vendor).await;
        place(&cloud, "001").await;
        cloud
            .arm(json!({"fault": "reset", "commit": true, "call": cloud.print_call()}))
            .await;
        cloud.turn(device).await;
        assert_eq!(cloud.shop.states().await, [PrintJobState::Unconfirmed]);
        for _ in 0..5 {
            cloud.advance(30).await;
            cloud.turn(device).await;
        }
        assert_eq!(cloud.shop.states().await, [PrintJobState::Unconfirmed]);
        assert_eq!(cloud.orders().await.len(), 2, "the pairing and the slip");
        assert_eq!(cloud.paper().await.len(), 2, "{vendor}");
        // Others are not held up by it, and a person decides.
        place(&cloud, "002").await;
        cloud.turn(device).await;
        cloud.print_time(device).await;
        let jobs = cloud.shop.all_jobs().await;
        assert_eq!(jobs[1].state(), PrintJobState::Printed);
        let decide = DecidePrintJobRequest {
            job_id: jobs[0].job_id.clone(),
            version: jobs[0].version,
            decision: PrintDecision::Printed.into(),
        };
        cloud.shop.jobs().decide_print_job(decide).await.unwrap();
        assert_eq!(cloud.shop.states().await, [PrintJobState::Printed; 2]);
    }
}

#[tokio::test]
async fn a_slip_that_the_cloud_was_not_asked_for_waits_while_it_is_away() {
    for vendor in Vendor::ALL {
        let (cloud, device) = kitchen(vendor).await;
        place(&cloud, "001").await;
        cloud
            .arm(json!({"fault": "status", "value": {"status": 429}, "call": cloud.print_call()}))
            .await;
        cloud.turn(device).await;
        assert_eq!(cloud.shop.states().await, [PrintJobState::Queued]);
        let problem = cloud.device(device).await.cloud_problem;
        assert_eq!(problem, Some(CloudProblem::Unreachable.into()));
        // It is left alone for a while, however often somebody wakes it.
        cloud.turn(device).await;
        assert_eq!(cloud.orders().await.len(), 1);
        cloud.advance(5).await;
        cloud.turn(device).await;
        cloud.print_time(device).await;
        assert_eq!(cloud.shop.states().await, [PrintJobState::Printed]);
        assert_eq!(cloud.device(device).await.cloud_problem, None);
        assert_eq!(cloud.paper().await.len(), 2, "{vendor}");
    }
}

#[tokio::test]
async fn slips_wait_for_a_printer_that_is_off_or_without_paper() {
    for vendor in Vendor::ALL {
        let (cloud, device) = kitchen(vendor).await;
        for (trouble, state, mended) in [
            (
                json!({"online": false}),
                DeviceState::Offline,
                json!({"online": true}),
            ),
            (
                json!({"paper_out": true}),
                DeviceState::Fault,
                json!({"paper_out": false}),
            ),
        ] {
            cloud.unit(trouble).await;
            cloud.advance(31).await;
            cloud.turn(device).await;
            assert_eq!(cloud.device(device).await.state(), state, "{vendor}");
            let before = cloud.orders().await.len();
            place(&cloud, "001").await;
            cloud.turn(device).await;
            assert_eq!(cloud.orders().await.len(), before, "nothing is given");
            cloud.unit(mended).await;
            cloud.advance(31).await;
            cloud.turn(device).await;
            cloud.print_time(device).await;
            assert_eq!(cloud.device(device).await.state(), DeviceState::Online);
            let states = cloud.shop.states().await;
            assert!(
                states.iter().all(|state| *state == PrintJobState::Printed),
                "{vendor}: {states:?}"
            );
        }
        assert_eq!(cloud.paper().await.len(), 3);
    }
}

#[tokio::test]
async fn a_slip_that_the_cloud_took_and_did_not_print_in_time_is_tried_again_or_asked_about() {
    for vendor in Vendor::ALL {
        let (cloud, device) = kitchen(vendor).await;
        place(&cloud, "001").await;
        cloud.arm(json!({"fault": "never_prints"})).await;
        cloud.turn(device).await;
        for _ in 0..4 {
            cloud.advance(14).await;
            cloud.turn(device).await;
        }
        let job = cloud.shop.all_jobs().await.remove(0);
        if vendor.cloud().capabilities().queues_while_offline {
            // It was given an end there, which is over: it waits here again, and says what it may be.
            assert_eq!(job.state(), PrintJobState::Queued);
            assert_eq!(job.reason(), PrintJobReason::NoAnswer);
            cloud.advance(10).await;
            cloud.turn(device).await;
            cloud.print_time(device).await;
            assert_eq!(cloud.shop.states().await, [PrintJobState::Printed]);
            let paper = cloud.paper().await;
            assert_eq!(paper.len(), 2);
            // The mark is broken where the line ends.
            assert!(paper[1].replace('\n', "").contains("可能重複"), "{paper:?}");
        } else {
            // Nobody can say that it will not come out.
            cloud.advance(10).await;
            eventually(async || cloud.shop.states().await == [PrintJobState::Unconfirmed]).await;
            assert_eq!(cloud.orders().await.len(), 2);
        }
    }
}

#[tokio::test]
async fn a_long_slip_goes_in_parts_and_is_printed_when_all_of_them_are() {
    for vendor in Vendor::ALL {
        let (cloud, device) = kitchen(vendor).await;
        let mut order = cloud.shop.order("001");
        let lines = &mut order.snapshot.lines;
        let like = lines[0].clone();
        for number in 0..260 {
            let mut line = like.clone();
            line.line_id = chassis::id::OrderLineId::new(cloud.shop.service.clock()).to_string();
            line.product_name = format!("珍奶{number}號加料");
            lines.push(line);
        }
        cloud.shop.step(&mut order, Step::Placed).await;
        cloud.turn(device).await;
        let parts = cloud.orders().await.len() - 1;
        assert!(parts > 1, "{vendor}: {parts} parts");
        let references = "SELECT count(*) FROM cloud_orders WHERE reference <> ''";
        let parts_known = i64::try_from(parts).unwrap() + 1;
        assert_eq!(cloud.shop.count(references).await, parts_known);
        // The last one is held back.
        assert_eq!(cloud.shop.states().await, [PrintJobState::Sent]);
        cloud.print_time(device).await;
        for _ in 0..parts {
            cloud.print_time(device).await;
        }
        assert_eq!(cloud.shop.states().await, [PrintJobState::Printed]);
        let paper = cloud.paper().await;
        assert_eq!(paper.len(), parts + 1);
        let all = paper[1..].concat();
        for number in [0, 130, 259] {
            assert!(
                all.contains(&format!("珍奶{number}號")),
                "{vendor}: {number}"
            );
        }
    }
}

#[tokio::test]
async fn a_removed_device_is_taken_out_of_the_account_and_prints_nothing() {
    for vendor in Vendor::ALL {
        let (cloud, device) = CloudShop::with_printer(vendor).await;
        let found = cloud.device(device).await;
        let delete = DeleteDeviceRequest {
            device_id: found.device_id,
            version: found.version,
        };
        cloud.shop.devices().delete_device(delete).await.unwrap();
        // The cloud is away at first.
        cloud
            .arm(json!({"fault": "status", "value": {"status": 429}}))
            .await;
        let again = cloud.turn(device).await.expect("it is tried again");
        assert_eq!(cloud.unit(json!({})).await["account"], "dev@sandbox.test");
        let wait = again - chassis::clock::Clock::now(cloud.shop.service.clock());
        cloud.advance(wait.num_seconds()).await;
        assert_eq!(cloud.turn(device).await, None, "nothing is left to do");
        assert_eq!(cloud.unit(json!({})).await["account"], json!(null));
        let left = "SELECT count(*) FROM cloud_devices";
        assert_eq!(cloud.shop.count(left).await, 0);
        // Its serial is free again.
        let request = cloud.shop.device_request(cloud.serial(), channel(vendor));
        let request = proto::printing::v1::CreateDeviceRequest {
            idempotency_key: "again".to_owned(),
            ..request
        };
        cloud.shop.devices().create_device(request).await.unwrap();
    }
}

#[tokio::test]
async fn who_takes_over_in_the_middle_gives_nothing_twice() {
    for vendor in Vendor::ALL {
        let (cloud, device) = kitchen(vendor).await;
        place(&cloud, "001").await;
        cloud.dies_before_the_call(device).await;
        for _ in 0..4 {
            cloud.advance(20).await;
            cloud.turn(device).await;
        }
        assert_eq!(cloud.shop.states().await, [PrintJobState::Unconfirmed]);
        assert_eq!(cloud.orders().await.len(), 1, "the slip of its pairing");
    }
}

#[tokio::test]
async fn several_processes_serve_every_device_and_print_every_slip_once() {
    let cloud = CloudShop::open_with(Vendor::Xpyun, "4").await;
    let shutdown = tokio_util::sync::CancellationToken::new();
    let other = printing::clouds::serve(cloud.shop.deps.clone(), 4, shutdown.clone());
    let other = tokio::spawn(other);
    cloud.save_account(0, cloud.key()).await.unwrap();
    let device = cloud.create().await;
    eventually(async || cloud.orders().await.len() == 1).await;
    cloud.pair(device).await;
    cloud
        .shop
        .prints(device, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    for number in ["001", "002", "003"] {
        place(&cloud, number).await;
    }
    cloud
        .until_some_time(async || {
            let states = cloud.shop.states().await;
            states.len() == 3 && states.iter().all(|of| *of == PrintJobState::Printed)
        })
        .await;
    shutdown.cancel();
    other.await.unwrap().unwrap();
    let paper = cloud.paper().await;
    assert_eq!(paper.len(), 4, "{paper:?}");
}
