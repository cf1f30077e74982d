//! Print agents on their lines.

use chrono::TimeDelta;
use proto::printing::v1::{
    CancelOutcome, CreateDeviceRequest, Document, Job, JobOutcome, Paper, PrintChannel,
    PrintJobReason, PrintJobState, PrintTrigger, PrinterLanguage, PrinterState,
    open_line_request::Message as Say,
};
use testkit::eventually;

use crate::common::{
    Shop, Step,
    agents::{LABELS, Line, id_of},
    reason,
};

impl Shop {
    async fn until(&self, state: PrintJobState) {
        eventually(async || self.states().await.last() == Some(&state)).await;
    }

    /// A slip for the kitchen of an order that was just placed.
    async fn placed(&self, number: &str) -> crate::common::Order {
        let mut order = self.order(number);
        self.step(&mut order, Step::Placed).await;
        order
    }
}

/// A shop whose kitchen prints over a line, and the line.
async fn kitchen() -> (Shop, crate::common::agents::Agent, Line) {
    let shop = Shop::open().await;
    let (key, agent) = shop.kitchen().await;
    shop.prints(key, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    let line = agent.at_work(0).await;
    (shop, agent, line)
}

#[tokio::test]
async fn a_pairing_code_is_good_once_for_a_quarter_of_an_hour() {
    let shop = Shop::open().await;
    let (id, code) = shop.new_agent("後場").await;
    let wrong = shop.try_pair_agent("zzzzzzzzzz").await;
    assert_eq!(reason(wrong), "PAIRING_FAILED");
    let typed = format!(" {}-{} ", code[..5].to_uppercase(), &code[5..]);
    let agent = shop.try_pair_agent(&typed).await.unwrap();
    assert_eq!(agent.id, id);
    assert_eq!(reason(shop.try_pair_agent(&code).await), "PAIRING_FAILED");
    assert_eq!(reason(shop.try_pair_agent("").await), "VALIDATION_FAILED");

    let late = shop.new_code(&id).await;
    shop.advance(TimeDelta::minutes(15));
    assert_eq!(reason(shop.try_pair_agent(&late).await), "PAIRING_FAILED");
    let stored = "SELECT count(*) FROM agents WHERE octet_length(token_hash) = 32";
    assert_eq!(shop.count(stored).await, 1);
}

#[tokio::test]
async fn codes_cannot_be_found_out_by_trying() {
    let shop = Shop::open().await;
    let (_, code) = shop.new_agent("後場").await;
    for _ in 0..100 {
        let wrong = shop.try_pair_agent("zzzzzzzzzz").await;
        assert_eq!(reason(wrong), "PAIRING_FAILED");
    }
    assert_eq!(reason(shop.try_pair_agent(&code).await), "RATE_LIMITED");
}

#[tokio::test]
async fn a_token_is_nothing_once_the_agent_is_paired_anew_or_removed() {
    let shop = Shop::open().await;
    let (id, code) = shop.new_agent("後場").await;
    let before = shop.try_pair_agent(&code).await.unwrap();
    assert!(before.connect().await.is_ok());
    let code = shop.new_code(&id).await;
    assert!(
        before.connect().await.is_ok(),
        "until the code is exchanged"
    );
    let after = shop.try_pair_agent(&code).await.unwrap();
    assert_eq!(reason(before.connect().await), "UNAUTHENTICATED");
    after.open(0).await;

    let agents = proto::printing::v1::ListPrintAgentsRequest {
        branch_id: shop.branch.to_string(),
        ..Default::default()
    };
    let listed = shop.devices().list_print_agents(agents).await.unwrap();
    let listed = listed.into_inner().agents.remove(0);
    assert!(listed.paired && listed.connected);
    assert_eq!(listed.software, "0.1.0");
    let removed = proto::printing::v1::DeletePrintAgentRequest {
        agent_id: id,
        version: listed.version,
    };
    shop.devices().delete_print_agent(removed).await.unwrap();
    assert_eq!(reason(after.connect().await), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_line_begins_with_a_hello_of_its_agent() {
    let shop = Shop::open().await;
    let (_, code) = shop.new_agent("後場").await;
    let agent = shop.try_pair_agent(&code).await.unwrap();
    let mut foreign = agent.hello(0);
    foreign.agent_id = shop.branch.to_string();
    let mut wrong = agent.hello(0);
    wrong.printers[0].language = 0;
    for first in [
        Say::Hello(foreign),
        Say::Hello(wrong),
        Say::Heartbeat(Default::default()),
    ] {
        let mut line = agent.connect().await.unwrap();
        line.say(first).await;
        assert_eq!(reason(line.told().await), "VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn an_order_is_printed_over_a_line() {
    let (shop, _, mut line) = kitchen().await;
    shop.placed("001").await;
    let job = line.keep().await;
    assert_eq!((job.seq, job.attempt, job.copies), (1, 1, 1));
    assert_eq!(job.printer, "kitchen");
    assert_eq!(job.language(), PrinterLanguage::EscPos);
    assert!(job.data.starts_with(&[0x1B, 0x40]) && job.data.ends_with(&[0x1D, 0x56, 0x42, 0]));
    assert_eq!(shop.states().await, [PrintJobState::Sent]);

    line.end(&job, JobOutcome::Printed).await;
    assert_eq!(shop.states().await, [PrintJobState::Printed]);
    shop.placed("002").await;
    let job = line.keep().await;
    assert_eq!(job.seq, 2);
    line.end(&job, JobOutcome::Printed).await;
    // Told again, as after a lost acknowledgement.
    line.end(&job, JobOutcome::Printed).await;
    assert_eq!(shop.states().await, [PrintJobState::Printed; 2]);
}

#[tokio::test]
async fn a_new_printer_of_an_agent_prints_its_pairing_code_and_labels_multiply_themselves() {
    let shop = Shop::open().await;
    let (id, code) = shop.new_agent("後場").await;
    let request = CreateDeviceRequest {
        agent_id: id,
        agent_address: LABELS.to_owned(),
        paper: Paper::Label40x25.into(),
        ..shop.device_request("LABELS1", PrintChannel::Agent)
    };
    let created = shop.devices().create_device(request).await.unwrap();
    let key = shop.key(&created.into_inner().device.unwrap());
    let agent = shop.try_pair_agent(&code).await.unwrap();
    let mut line = agent.at_work(0).await;
    let job = line.keep().await;
    assert_eq!(job.printer, "labels");
    assert_eq!((job.language(), job.copies), (PrinterLanguage::Tspl, 1));
    assert!(job.data.starts_with(b"SIZE 40 mm,25 mm\r\n"));
    let slip = shop.fetch(key, id_of(&job)).await.unwrap();
    let code = crate::common::pairing_code(&slip);
    line.end(&job, JobOutcome::Printed).await;
    let request = proto::printing::v1::PairDeviceRequest {
        device_id: key.device.to_string(),
        code,
    };
    shop.devices().pair_device(request).await.unwrap();

    let point = shop
        .prints(key, "標籤", Document::Label, PrintTrigger::Placed)
        .await;
    shop.change_point(&point, |point| point.copies = 2).await;
    shop.placed("001").await;
    let job = line.keep().await;
    assert_eq!(job.copies, 1);
    let data = String::from_utf8_lossy(&job.data);
    assert_eq!(data.matches("PRINT 1,2\r\n").count(), 3, "three units");
}

#[tokio::test]
async fn copies_of_a_slip_are_written_by_the_agent() {
    let shop = Shop::open().await;
    let (key, agent) = shop.kitchen().await;
    let point = shop
        .prints(key, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    shop.change_point(&point, |point| point.copies = 2).await;
    let mut line = agent.at_work(0).await;
    shop.placed("001").await;
    let job = line.keep().await;
    assert_eq!(job.copies, 2);
    let cuts = job
        .data
        .windows(4)
        .filter(|four| *four == [0x1D, 0x56, 0x42, 0]);
    assert_eq!(cuts.count(), 1);
}

#[tokio::test]
async fn what_was_sent_and_has_no_result_is_sent_again_on_the_next_line() {
    let (shop, agent, mut line) = kitchen().await;
    shop.placed("001").await;
    let first = line.keep().await;
    let mut second = agent.at_work(1).await;
    assert_eq!(reason(line.told().await), "TEMPORARILY_UNAVAILABLE");
    let again = second.keep().await;
    assert_eq!(again.job_id, first.job_id);
    assert_eq!((again.attempt, again.seq), (first.attempt, 2));
    assert_eq!(again.data, first.data, "to the byte");
    second.end(&again, JobOutcome::Printed).await;
    assert_eq!(shop.states().await, [PrintJobState::Printed]);
}

#[tokio::test]
async fn a_job_of_a_cancelled_order_is_given_back_or_answered_by_a_slip() {
    let (shop, _, mut line) = kitchen().await;
    let mut held = shop.placed("001").await;
    let job = line.keep().await;
    shop.step(&mut held, Step::Cancelled).await;
    line.asked_back(&job).await;
    line.cancelled(&job, CancelOutcome::Withdrawn).await;
    shop.until(PrintJobState::Cancelled).await;

    let mut begun = shop.placed("002").await;
    let job = line.keep().await;
    line.begin(&job).await;
    let out = "SELECT count(*) FROM print_jobs WHERE state = 'sent' AND delivery = 'out'";
    eventually(async || shop.count(out).await == 1).await;
    shop.step(&mut begun, Step::Cancelled).await;
    line.end(&job, JobOutcome::Printed).await;
    let slip = line.keep().await;
    line.end(&slip, JobOutcome::Printed).await;
    let documents: Vec<_> = shop
        .all_jobs()
        .await
        .iter()
        .map(|job| job.document())
        .collect();
    use Document::{CancelSlip, KitchenSlip};
    assert_eq!(documents, [KitchenSlip, KitchenSlip, CancelSlip]);
}

#[tokio::test]
async fn a_printer_in_trouble_gives_back_what_it_has_not_begun() {
    let (shop, _, mut line) = kitchen().await;
    shop.placed("001").await;
    let job = line.keep().await;
    shop.advance_secs(30);
    line.state("kitchen", PrinterState::PaperOut).await;
    line.asked_back(&job).await;
    line.cancelled(&job, CancelOutcome::Withdrawn).await;
    shop.until(PrintJobState::Queued).await;
    let waiting = shop.all_jobs().await.remove(0);
    assert_eq!(waiting.reason(), PrintJobReason::PaperOut);

    shop.advance_secs(5 * 60);
    line.state("kitchen", PrinterState::Online).await;
    let again = line.keep().await;
    assert_eq!(
        (again.job_id.clone(), again.attempt),
        (job.job_id.clone(), 2)
    );
    let key = again.job_id.parse().unwrap();
    let slip = printing::app::jobs::preview(&shop.deps, &shop.owner(), shop.org, key).await;
    let pages = print_render::layout(&slip.unwrap());
    let runs = pages.iter().flat_map(|page| &page.runs);
    let text: String = runs.map(|run| run.text.as_str()).collect();
    assert!(text.contains("延遲 5 分"), "{text}");
    assert_ne!(again.data, job.data);
}

#[tokio::test]
async fn what_may_be_on_paper_is_in_doubt_until_somebody_knows() {
    let (shop, _, mut line) = kitchen().await;
    shop.placed("001").await;
    let job = line.keep().await;
    line.end(&job, JobOutcome::Unconfirmed).await;
    assert_eq!(shop.states().await, [PrintJobState::Unconfirmed]);
    // The printer's word came late.
    line.end(&job, JobOutcome::Printed).await;
    assert_eq!(shop.states().await, [PrintJobState::Printed]);
}

#[tokio::test]
async fn a_job_that_failed_is_tried_again_and_a_wrong_one_is_not() {
    let (shop, _, mut line) = kitchen().await;
    shop.placed("001").await;
    let job = line.keep().await;
    line.end(&job, JobOutcome::Failed).await;
    assert_eq!(shop.states().await, [PrintJobState::Queued]);
    shop.advance_secs(10);
    let again = line.keep().await;
    assert_eq!(again.attempt, 2);
    line.say(Say::JobResult(proto::printing::v1::JobResult {
        job_id: again.job_id.clone(),
        attempt: again.attempt,
        outcome: JobOutcome::Failed.into(),
        cause: proto::printing::v1::FailureCause::BadJob.into(),
        ..Default::default()
    }))
    .await;
    shop.until(PrintJobState::Failed).await;
}

#[tokio::test]
async fn an_agent_speaks_for_its_own_devices_alone() {
    let (shop, _, mut line) = kitchen().await;
    let (_, code) = shop.new_agent("別人").await;
    let other = shop.try_pair_agent(&code).await.unwrap();
    let mut others = other.at_work(0).await;
    shop.placed("001").await;
    let job = line.keep().await;
    others.end(&job, JobOutcome::Printed).await;
    others.begin(&job).await;
    others.cancelled(&job, CancelOutcome::Withdrawn).await;
    others.end(&job, JobOutcome::Failed).await;
    assert_eq!(shop.states().await, [PrintJobState::Sent]);
    let held = "SELECT count(*) FROM print_jobs WHERE delivery = 'held'";
    eventually(async || shop.count(held).await == 1).await;

    // Nor does anything happen for jobs that nobody has.
    let nobody = Job {
        job_id: shop.branch.to_string(),
        ..job.clone()
    };
    line.end(&nobody, JobOutcome::Printed).await;
    let nonsense = Job {
        job_id: "7".into(),
        ..job.clone()
    };
    line.end(&nonsense, JobOutcome::Printed).await;
    line.end(&job, JobOutcome::Printed).await;
    assert_eq!(shop.states().await, [PrintJobState::Printed]);
}

#[tokio::test]
async fn an_agent_of_another_organisation_touches_nothing() {
    let (shop, _, mut line) = kitchen().await;
    shop.placed("001").await;
    let job = line.keep().await;
    let (org, branch) = (shop.org, shop.branch);

    let foreign = Shop {
        org: testkit::organisation(),
        branch: chassis::id::BranchId::new(shop.service.clock()),
        ..shop
    };
    foreign
        .add_branch(foreign.org, foreign.brand, foreign.branch)
        .await;
    let (_, code) = foreign.new_agent("別家").await;
    let mut others = foreign
        .try_pair_agent(&code)
        .await
        .unwrap()
        .at_work(0)
        .await;
    others.cancelled(&job, CancelOutcome::Withdrawn).await;
    others.end(&job, JobOutcome::Printed).await;

    let shop = Shop {
        org,
        branch,
        ..foreign
    };
    assert_eq!(shop.states().await, [PrintJobState::Sent]);
    line.end(&job, JobOutcome::Printed).await;
    assert_eq!(shop.states().await, [PrintJobState::Printed]);
}

#[tokio::test]
async fn a_line_of_a_service_that_ends_is_over_and_nothing_is_cut_off() {
    let (shop, _, mut line) = kitchen().await;
    let stopped = tokio::spawn(shop.service.stop());
    assert_eq!(reason(line.told().await), "TEMPORARILY_UNAVAILABLE");
    stopped.await.unwrap();
}

#[tokio::test]
async fn devices_are_seen_as_their_agent_says() {
    let (shop, _, line) = kitchen().await;
    let states = "SELECT count(*) FROM device_states WHERE state = 'cover_open'";
    line.state("kitchen", PrinterState::CoverOpen).await;
    eventually(async || shop.count(states).await == 1).await;
    line.state("kitchen", PrinterState::Error).await;
    let states = "SELECT count(*) FROM device_states WHERE state = 'fault'";
    eventually(async || shop.count(states).await == 1).await;
    line.state("kitchen", PrinterState::Offline).await;
    let states = "SELECT count(*) FROM device_states WHERE state = 'offline'";
    eventually(async || shop.count(states).await == 1).await;
    // A printer that is no device, and one that the hello did not name.
    line.state("labels", PrinterState::Online).await;
    line.state("bar", PrinterState::Online).await;
    line.state("kitchen", PrinterState::Online).await;
    let states = "SELECT count(*) FROM device_states WHERE state = 'online'";
    eventually(async || shop.count(states).await == 1).await;
}
