//! Printers in trouble: they trouble nobody else, and nothing is printed twice.

use std::time::Duration;

use print_agent::Timing;
use proto::printing::v1::{Barrier, FailureCause, Job, JobOutcome, PrintEvidence, PrinterState};

use crate::{
    slip_printer::{Off, SlipPrinter},
    support::{Branch, eventually, slip, slip_of, timing},
};

fn at(printer: &str, job: Job) -> Job {
    Job {
        printer: printer.to_owned(),
        ..job
    }
}

/// A printer that takes the connection and never reads, one that is off, and one that works: the one that
/// works does not wait for the others.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_printer_blocks_only_itself() {
    let counter = SlipPrinter::start();
    let stuck = SlipPrinter::start().takes_nothing();
    let off = Off::new();
    let printers = vec![
        counter.named("counter"),
        stuck.named("stuck"),
        off.named("off"),
    ];
    let quick = Timing {
        status: Duration::from_millis(100),
        stall: Duration::from_millis(200),
        ..timing()
    };
    let branch = Branch::open(quick, printers).await;
    // More than the system takes for a printer that reads nothing.
    let long = slip_of("s", &vec![0xFF; 1_900_000]);
    branch.server.send(at("stuck", long));
    for number in 0..14 {
        branch
            .server
            .send(at("off", slip(&format!("off {number}"))));
        branch
            .server
            .send(at("counter", slip(&format!("counter {number}"))));
    }
    for number in 0..14 {
        let outcome = branch.server.outcome(&format!("counter {number}")).await;
        assert_ne!(outcome, JobOutcome::Failed);
    }
    assert_eq!(counter.papers().len(), 14);
    branch.server.sees("off", PrinterState::Offline).await;
    let result = branch.server.result("s").await;
    assert_eq!(result.outcome(), JobOutcome::Unconfirmed);
    assert_eq!(result.cause(), FailureCause::Stalled);
    assert!(
        branch
            .server
            .results()
            .iter()
            .all(|result| !result.job_id.starts_with("off"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printer_that_comes_back_prints_what_waits_in_order_but_not_what_is_over() {
    let off = Off::new();
    let branch = Branch::open(timing(), vec![off.named("kitchen")]).await;
    branch.server.sees("kitchen", PrinterState::Offline).await;
    let over = Job {
        expires_at: Some(crate::server::now()),
        ..slip("last night")
    };
    for job in [over, slip("1"), slip("2")] {
        branch.server.send(job);
    }
    assert_eq!(
        branch.server.outcome("last night").await,
        JobOutcome::Expired
    );
    branch.server.acked_all(3).await;

    let printer = off.switch_on();
    assert_eq!(branch.server.outcome("2").await, JobOutcome::Printed);
    branch.server.sees("kitchen", PrinterState::Online).await;
    assert_eq!(printer.papers(), ["1", "2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_waits_for_paper_and_for_the_cover() {
    let (branch, printer) = Branch::with_kitchen(timing()).await;
    printer.set_paper(false);
    branch.server.send(slip("A1"));
    let status = branch.server.sees("kitchen", PrinterState::PaperOut).await;
    assert!(status.since.is_some());
    assert_eq!(status.status_bytes[..], [0x72, 0x32, 0x1A]);
    printer.set_cover(true);
    branch.server.sees("kitchen", PrinterState::CoverOpen).await;
    assert_eq!(printer.papers(), Vec::<String>::new());
    printer.set_paper(true);
    printer.set_cover(false);
    assert_eq!(branch.server.outcome("A1").await, JobOutcome::Printed);
    assert_eq!(printer.papers(), ["A1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn paper_that_ends_under_way_is_waited_for_and_the_slip_comes_out_once() {
    let (branch, printer) = Branch::with_kitchen(timing()).await;
    printer.paper_ends_after(1);
    branch.server.send(Job {
        copies: 2,
        barrier: Barrier::ProcessId.into(),
        ..slip("A1")
    });
    branch.server.sees("kitchen", PrinterState::PaperOut).await;
    assert_eq!(printer.papers(), ["A1"]);
    printer.set_paper(true);
    let result = branch.server.result("A1").await;
    assert_eq!(
        (result.outcome(), result.copies_printed),
        (JobOutcome::Printed, 2)
    );
    assert_eq!(printer.papers(), ["A1", "A1"]);
}

/// What a clone executed is not what is on paper: where it says that paper ended, people look.
#[tokio::test(flavor = "multi_thread")]
async fn a_clone_whose_paper_ended_with_the_slip_is_not_believed() {
    let (branch, printer) = Branch::with_kitchen(timing()).await;
    printer.goes_on_without_paper();
    printer.paper_ends_after(1);
    branch.server.send(slip("A1"));
    let result = branch.server.result("A1").await;
    assert_eq!(result.outcome(), JobOutcome::Unconfirmed);
    assert_eq!(result.evidence(), PrintEvidence::Parsed);
    assert_eq!(result.status_bytes[..], [0x72, 0x32, 0x1A]);
    branch.server.sees("kitchen", PrinterState::PaperOut).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_that_broke_off_is_not_printed_again_by_itself() {
    let (branch, printer) = Branch::with_kitchen(timing()).await;
    let job = slip_of("A1", &[b'x'; 40_000]);
    printer.hangs_up_at(job.data.len() / 2);
    branch.server.send(job);
    let result = branch.server.result("A1").await;
    assert_eq!(result.outcome(), JobOutcome::Unconfirmed);
    branch.server.send(slip("A2"));
    assert_eq!(branch.server.outcome("A2").await, JobOutcome::Printed);

    // The server has marked the slip, and wants it again.
    branch.server.send(Job {
        attempt: 2,
        ..slip("A1")
    });
    eventually("the second attempt is told", || {
        let results = branch.server.results();
        results.iter().any(|result| result.attempt == 2)
    })
    .await;
    assert_eq!(printer.papers(), ["A2", "A1"]);
}
