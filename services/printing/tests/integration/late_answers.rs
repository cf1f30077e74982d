//! Answers that come late, and cancelling against confirming (C13).

use chassis::id::PrintJobId;
use printing::domain::{
    device::State,
    job::{Delivery, Outcome, Reason},
};
use proto::printing::v1::{
    DecidePrintJobRequest, Document, GetPrintJobRequest, PrintDecision, PrintJobReason,
    PrintJobState, PrintTrigger, ReprintJobRequest,
};
use testkit::eventually;

use crate::common::{Shop, Step, reason, texts};

const ACCEPTED: &str = "SELECT count(*) FROM print_jobs WHERE accepts AND state = 'printed'";

async fn kitchen(shop: &Shop) -> printing::app::dispatch::DeviceKey {
    let printer = shop.printer("K-1").await;
    shop.prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    printer
}

async fn until_state(shop: &Shop, state: PrintJobState) {
    eventually(async || shop.states().await.last() == Some(&state)).await;
}

#[tokio::test]
async fn a_success_that_comes_after_its_time_counts_once() {
    let shop = Shop::open().await;
    shop.accepts_after_printing().await;
    let printer = kitchen(&shop).await;
    let mut heard = shop.service.listen(&["printing.order.printed.v1"]).await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    let job = shop.poll(printer).await.unwrap();
    shop.fetch(printer, job.job).await.unwrap();

    shop.advance_secs(60);
    until_state(&shop, PrintJobState::Unconfirmed).await;
    shop.advance_secs(144);
    assert!(
        shop.poll(printer).await.is_none(),
        "it is not offered again"
    );
    assert!(shop.confirm(printer, job.job).await);
    assert_eq!(shop.states().await, [PrintJobState::Printed]);
    assert!(shop.confirm(printer, job.job).await, "the same again");
    let event = heard.next().await;
    assert_eq!(event.aggregate, order.id.as_uuid());
    assert_eq!(shop.count(ACCEPTED).await, 1);
    assert_eq!(shop.all_jobs().await[0].attempts, 1, "one slip");
}

#[tokio::test]
async fn a_second_fetch_gets_the_same_within_the_lease_and_nothing_after_it() {
    let shop = Shop::open().await;
    let printer = kitchen(&shop).await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    let job = shop.poll(printer).await.unwrap();
    let first = shop.fetch(printer, job.job).await.unwrap();
    shop.advance_secs(50);
    let again = shop.fetch(printer, job.job).await.unwrap();
    assert_eq!(first.slips, again.slips);
    shop.advance_secs(20);
    assert!(shop.fetch(printer, job.job).await.is_none());
    // The printer could not download what is not there any more.
    let said = shop.fail(printer, &job, Reason::NotTransferred).await;
    assert_eq!(said, Outcome::Ignored);
    until_state(&shop, PrintJobState::Unconfirmed).await;
    shop.advance_secs(80);
    assert!(shop.confirm(printer, job.job).await);
    assert_eq!(shop.states().await, [PrintJobState::Printed]);
}

#[tokio::test]
async fn a_reprint_by_hand_is_marked_and_accepts_nothing() {
    let shop = Shop::open().await;
    shop.accepts_after_printing().await;
    let printer = kitchen(&shop).await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    let job = shop.poll(printer).await.unwrap();
    let reprint = |key: &str| ReprintJobRequest {
        idempotency_key: key.to_owned(),
        job_id: job.job.to_string(),
    };
    shop.fetch(printer, job.job).await.unwrap();
    shop.advance_secs(60);
    until_state(&shop, PrintJobState::Unconfirmed).await;

    let again = shop.jobs().reprint_job(reprint("a")).await.unwrap();
    let again = again.into_inner().job.unwrap();
    assert_eq!((again.reprint, again.may_be_duplicate), (1, true));
    let same = shop.jobs().reprint_job(reprint("a")).await.unwrap();
    assert_eq!(same.into_inner().job.unwrap().job_id, again.job_id);
    let slip = shop.poll(printer).await.unwrap();
    let text = texts(&slip).join(" ");
    assert!(
        text.contains("補印 1") && text.contains("可能重複"),
        "{text}"
    );
    shop.print(printer, &slip).await;
    assert_eq!(
        shop.states().await,
        [PrintJobState::Unconfirmed, PrintJobState::Printed]
    );
    let told = "SELECT count(*) FROM orders WHERE printed_at IS NOT NULL";
    assert_eq!(shop.count(told).await, 0, "a reprint accepts nothing");

    let next = shop.jobs().reprint_job(reprint("b")).await.unwrap();
    assert_eq!(next.into_inner().job.unwrap().reprint, 2);
}

#[tokio::test]
async fn a_confirmation_of_another_device_or_of_no_job_changes_nothing() {
    let shop = Shop::open().await;
    let printer = kitchen(&shop).await;
    let stranger = shop.printer("K-2").await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    let job = shop.poll(printer).await.unwrap();
    shop.fetch(printer, job.job).await.unwrap();
    assert!(!shop.confirm(stranger, job.job).await);
    assert!(shop.fetch(stranger, job.job).await.is_none());
    let unknown = PrintJobId::new(shop.service.clock());
    assert!(!shop.confirm(printer, unknown).await);
    assert_eq!(
        shop.fail(stranger, &job, Reason::Fault).await,
        Outcome::Ignored
    );
    assert_eq!(shop.states().await, [PrintJobState::Sent]);
}

#[tokio::test]
async fn paper_that_ran_out_after_the_fetch_marks_the_second_slip() {
    let shop = Shop::open().await;
    let printer = kitchen(&shop).await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    let job = shop.poll(printer).await.unwrap();
    shop.fetch(printer, job.job).await.unwrap();
    shop.state(printer, State::PaperOut).await;
    let said = shop.fail(printer, &job, Reason::PaperOut).await;
    assert_eq!(said, Outcome::Again);
    assert!(shop.next(printer).await.is_none(), "nothing without paper");
    let waiting = &shop.all_jobs().await[0];
    assert_eq!(waiting.reason(), PrintJobReason::PaperOut);

    shop.advance_secs(5);
    let again = shop.poll(printer).await.unwrap();
    assert_eq!((again.job, again.attempt), (job.job, 2));
    let text = texts(&again).join(" ");
    assert!(text.contains("可能重複"), "{text}");
}

#[tokio::test]
async fn cancelling_against_confirming_never_leaves_paper_without_a_cancel_slip() {
    let shop = Shop::open().await;
    let printer = kitchen(&shop).await;
    let mut both = [0, 0];
    for round in 0..50 {
        let mut order = shop.order(&format!("{round:03}"));
        shop.step(&mut order, Step::Placed).await;
        let job = shop.poll(printer).await.unwrap();
        let fetched = round % 2 == 0;
        if fetched {
            shop.fetch(printer, job.job).await.unwrap();
        }
        let confirm = async {
            match fetched {
                true => shop.confirm(printer, job.job).await,
                false => shop.fetch(printer, job.job).await.is_some(),
            }
        };
        let (done, ()) = tokio::join!(confirm, shop.step(&mut order, Step::Cancelled));
        if !fetched && done {
            assert!(shop.confirm(printer, job.job).await);
        }
        eventually(async || {
            let request = GetPrintJobRequest {
                job_id: job.job.to_string(),
            };
            let found = shop.jobs().get_print_job(request).await.unwrap();
            let state = found.into_inner().job.unwrap().state();
            matches!(state, PrintJobState::Printed | PrintJobState::Cancelled)
        })
        .await;
        let paper = fetched || done;
        both[usize::from(paper)] += 1;
        let slips = shop.print_all(printer).await;
        assert_eq!(slips.len(), usize::from(paper), "round {round}");
        if let Some(slip) = slips.first() {
            let text = slip.join(" ");
            assert!(text.contains("取消") && text.contains("客人要求"), "{text}");
        }
    }
    assert!(both[1] >= 25, "{both:?}");
}

#[tokio::test]
async fn what_is_cancelled_before_the_fetch_is_never_printed() {
    let shop = Shop::open().await;
    let printer = kitchen(&shop).await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    let job = shop.poll(printer).await.unwrap();
    shop.step(&mut order, Step::Cancelled).await;
    until_state(&shop, PrintJobState::Cancelled).await;
    assert!(shop.fetch(printer, job.job).await.is_none());
    assert!(shop.poll(printer).await.is_none());
    assert_eq!(shop.states().await, [PrintJobState::Cancelled]);
}

#[tokio::test]
async fn an_agent_gives_back_what_it_keeps_and_answers_for_what_it_does_not() {
    let shop = Shop::open().await;
    let printer = shop.agent_printer("A-1", "192.168.1.50:9100").await;
    shop.prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    let job = shop.poll(printer).await.unwrap();
    assert!(shop.deliver(printer, &job, Delivery::Held).await);
    shop.step(&mut order, Step::Cancelled).await;
    eventually(async || shop.withdrawal(printer).await == Some((job.job, job.attempt))).await;
    assert!(shop.give_back(printer, &job).await);
    assert_eq!(shop.states().await, [PrintJobState::Cancelled]);

    let mut order = shop.order("002");
    shop.step(&mut order, Step::Placed).await;
    let job = shop.poll(printer).await.unwrap();
    assert!(shop.deliver(printer, &job, Delivery::Held).await);
    shop.step(&mut order, Step::Cancelled).await;
    eventually(async || shop.withdrawal(printer).await.is_some()).await;
    shop.advance_secs(10);
    let expected = [
        PrintJobState::Cancelled,
        PrintJobState::Unconfirmed,
        PrintJobState::Queued,
    ];
    eventually(async || shop.states().await == expected).await;
    let slips = shop.print_all(printer).await;
    assert!(slips[0].join(" ").contains("取消"), "{slips:?}");
}

#[tokio::test]
async fn staff_decides_what_nobody_knows() {
    let shop = Shop::open().await;
    let printer = kitchen(&shop).await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    let job = shop.poll(printer).await.unwrap();
    shop.fetch(printer, job.job).await.unwrap();
    let decide = |version, decision: PrintDecision| DecidePrintJobRequest {
        job_id: job.job.to_string(),
        version,
        decision: decision.into(),
    };
    let sent = shop.all_jobs().await.remove(0);
    let early = decide(sent.version, PrintDecision::Printed);
    let refused = shop.jobs().decide_print_job(early).await;
    assert_eq!(reason(refused), "JOB_DECIDED");
    shop.advance_secs(60);
    until_state(&shop, PrintJobState::Unconfirmed).await;
    let stale = decide(sent.version, PrintDecision::Printed);
    let refused = shop.jobs().decide_print_job(stale).await;
    assert_eq!(reason(refused), "VERSION_CONFLICT");
    let unconfirmed = shop.all_jobs().await.remove(0);
    let none = decide(unconfirmed.version, PrintDecision::NotPrinted);
    let decided = shop.jobs().decide_print_job(none).await.unwrap();
    let decided = decided.into_inner().job.unwrap();
    assert_eq!(
        (decided.state(), decided.reason()),
        (PrintJobState::Failed, PrintJobReason::NotPrinted)
    );
}
